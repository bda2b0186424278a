"""What clients may call."""
