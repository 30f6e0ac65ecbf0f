"""What leaves by mail: the outbox, what it says, who may be mailed, and news."""
