"""Tokens: their shape, times, signature and claims."""
