"""What happens around every request: the caller's identity, limits, logs, headers."""
