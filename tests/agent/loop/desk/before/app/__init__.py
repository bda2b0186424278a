"""A desk: everybody keeps notes of their own."""
