"""Results to terminal and JSON."""
