"""Settings, versions, modules, ports and event loops."""
