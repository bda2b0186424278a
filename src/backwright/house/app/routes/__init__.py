"""HTTP endpoints: a thin layer that calls the services."""
