"""The application, in which every user sees only their own notes."""
