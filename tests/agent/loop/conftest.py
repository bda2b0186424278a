"""The project here is data; its own tests run where it is judged."""

collect_ignore_glob = ["desk/*"]
