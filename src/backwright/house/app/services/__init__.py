"""Business logic: what the application does, without HTTP."""
