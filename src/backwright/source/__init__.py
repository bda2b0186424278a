"""Python source: parse, find, edit without reformatting."""
