"""What a restored database must be told: who was erased since, and what was published since."""
