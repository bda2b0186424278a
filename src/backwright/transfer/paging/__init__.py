"""Cutting the list that an endpoint gives into pages, where its query stands."""
