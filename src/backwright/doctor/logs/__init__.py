"""Server logs: what was raised, and where."""
