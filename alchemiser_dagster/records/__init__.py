"""Frozen, versioned records: all that passes between assets, and all that the journal keeps."""
