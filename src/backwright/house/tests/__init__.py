"""Tests of the API, over HTTP and on a real database."""
