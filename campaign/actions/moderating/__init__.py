"""What moderators decide, singly and in bulk, and what helps them to look."""
