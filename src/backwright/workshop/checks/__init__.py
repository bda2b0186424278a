"""One check a file, each registering itself with `@check`; nothing else lists them."""
