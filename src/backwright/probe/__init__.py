"""Testing a running API as an attacker and a user would, with proof for every verdict."""
