"""The broker: one protocol, an embedded simulated broker, and adapters to real ones."""
