"""The folder that goes first on the path of every program of the host."""
