"""Why a session's weights are what they are, and how far each decision stood from turning out otherwise.

`explanation` walks the path and writes it down as `steps`; `margins` finds the smallest move of one close
that changes a decision, with `last_close`, `exposures`, `moved_…` and `crossings`.
"""
