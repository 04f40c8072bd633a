"""What the names of one file refer to."""
