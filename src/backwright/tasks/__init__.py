"""Tasks, one file each: a request and a project become a plan."""
