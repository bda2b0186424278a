"""Endpoints: found, in the right order, under the right path and method."""
