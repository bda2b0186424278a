"""How findings are mended, as data: edits that the rules hand over. Nothing is written here."""
