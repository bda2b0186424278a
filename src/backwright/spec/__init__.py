"""What was asked for: resources and their field words."""
