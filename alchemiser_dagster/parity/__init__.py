"""Traded decisions computed again: equal bit for bit, or the reason why not."""
