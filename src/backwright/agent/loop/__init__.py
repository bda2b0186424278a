"""A language model at work: its tools, its transcript, what is proved of what it did."""
