"""The embedded broker: an account in the ledger's database that behaves as Alpaca does."""
