"""Spans: how long each step and each call took, for those who collect them."""
