"""Records as people want to see them: tables for the terminal and for Dagster's metadata."""
