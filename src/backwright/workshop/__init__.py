"""The workshop: staging, verification, journal, undo. Only this floor writes to a user's tree."""
