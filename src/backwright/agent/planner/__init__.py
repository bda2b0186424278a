"""A task in plain words becomes a plan of the engine's tasks, a question, or a refusal."""
