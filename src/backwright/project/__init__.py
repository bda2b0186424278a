"""Reading a project: apps, endpoints, models, auth, conventions. Runs no code of it."""
