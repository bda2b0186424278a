"""Reading a text as a whole: which resources it speaks of, and what is said of each, wherever it stands."""
