"""From syntax to weights, all sessions at once.

1. `graph` holds every distinct node once, `plan` says in which order it is computed, `program` keeps both.
2. `columns` computes all sessions, with `series`, `indicators`, `windows`, `recursions` and `shares`.
3. `weights`, `rebalancing` and `missing` read a symphony's result off the columns. `evaluation` is the door,
   `session_view` the window on one session.
"""
