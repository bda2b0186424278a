"""What `add index` is made of: the project's queries, proposals from them, and what they bring."""
