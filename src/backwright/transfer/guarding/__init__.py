"""Giving rows an owner: accounts, the caller passed down, every query scoped to the caller."""
