"""Trade a portfolio of rule-based strategies on Alpaca, once per session, and explain every order."""

__version__ = "0.1.0"
