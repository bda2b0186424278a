"""What a browser would do, and why it refuses."""
