"""Turn a plan into orders, once: permit, lock, order life cycle, pricing, the executor."""
