"""What the engine's own checks do not ask, because the engine does not lie: one file a witness."""
