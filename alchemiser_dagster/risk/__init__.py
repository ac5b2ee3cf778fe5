"""The last line of defence: what an order has to pass on the only way to the broker."""
