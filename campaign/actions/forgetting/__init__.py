"""What is erased when, by declared rule."""
