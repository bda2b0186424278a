"""One file a rule: its docstring is its documentation, and the examples in it are its tests."""
