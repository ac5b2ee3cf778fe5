"""Bars and latest prices from Alpaca's market data."""
