"""Scripts that change the schema, in order."""
