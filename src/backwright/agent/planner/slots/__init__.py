"""Reading a description by segments: each word is a name, says something of a field, or is explained away."""
