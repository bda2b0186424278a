"""Endpoints: they only translate between HTTP and the services."""
