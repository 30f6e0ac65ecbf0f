"""Who may do what, who has seen what, and staff's accounts."""
