"""The host projects here are data; their own tests run in programs of their own."""

collect_ignore_glob = ["hosts/*/before/*"]
