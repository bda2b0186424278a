"""The host projects here are data; their own tests run in their own environments."""

collect_ignore_glob = ["hosts/*/before/*"]
