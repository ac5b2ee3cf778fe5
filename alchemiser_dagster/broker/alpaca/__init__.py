"""Alpaca as a broker: its REST interface through alpaca-py, made safe for orders."""
