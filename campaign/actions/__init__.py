"""The verbs: everything that can happen. Each checks, writes in one transaction, and owes the rest as rows."""
