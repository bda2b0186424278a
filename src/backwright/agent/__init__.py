"""Delegation: the definition of the delegate, its boundary, and tasks in plain words."""
