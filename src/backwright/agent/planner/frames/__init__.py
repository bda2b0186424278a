"""One file for each kind of thing that a clause can ask for."""
