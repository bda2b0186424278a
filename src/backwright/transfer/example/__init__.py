"""A new resource by example: read the exemplar's chain, carry it over, place and wire the result."""
