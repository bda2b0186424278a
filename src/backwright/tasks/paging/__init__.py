"""What `add pagination` is made of besides the writing: choosing, tests, the proof over HTTP."""
