"""The living template of what stands around an API: which browsers may read it, and how often."""
