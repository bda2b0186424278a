"""Scripts that run in the host's interpreter. They import nothing of ours."""
