"""What stands around an API: which browsers may read it, and how often."""
