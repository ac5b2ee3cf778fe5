"""The database: the journal of records, orders, fills, executions, the simulated account."""
