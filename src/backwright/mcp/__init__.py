"""The face for other agents: the command line's verbs as tools of the Model Context Protocol.

Each call runs the command in a process of its own, as a person would have run it: the server's
own output stays the protocol's, a cancelled call is an interrupted command, and what the tools
take and give is what the contract says of the commands.
"""
