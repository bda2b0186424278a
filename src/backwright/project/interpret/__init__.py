"""An abstract interpreter of the Python that builds an application: nothing of it is run.

Module-level code, and the functions that it calls, are followed over known values (strings,
lists, functions, classes, routers); what cannot be known is an `Unknown` that says why.
"""
