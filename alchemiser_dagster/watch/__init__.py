"""The dead man's watch: what should have happened by now, and did not."""
