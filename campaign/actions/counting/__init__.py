"""The public log of each petition, and the count that follows from it."""
