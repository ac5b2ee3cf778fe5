"""A symphony at a glance: what it is made of (`facts`), how large it is (`sizes`), a line for each node."""
