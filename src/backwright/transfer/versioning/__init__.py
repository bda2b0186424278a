"""A new version of an API beside the old one, with the same handlers until they differ."""
