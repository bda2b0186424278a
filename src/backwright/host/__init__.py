"""The host's interpreter, its database and its server, as subprocesses."""
