"""What stands around a host's application: where it is put, its settings, its tests."""
