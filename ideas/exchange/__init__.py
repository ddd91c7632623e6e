"""File formats in and out. An island: it knows texts and choices, and nothing of actions, queries or the database."""
