"""Growing a first resource in a host that has none to learn from."""
