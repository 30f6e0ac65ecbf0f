"""Sign, confirm, change, withdraw: what a signatory can do, and how her words are cleaned, sealed and compared."""
