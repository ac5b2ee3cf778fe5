"""A server that looks like Alpaca: its wire format, codes and rules, over the embedded market and broker."""
