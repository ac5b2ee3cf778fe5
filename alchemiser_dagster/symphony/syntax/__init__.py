"""What a symphony is made of: immutable nodes, validated when made, equal where the meaning is.

`source` knows places and the errors that point at them; `vocabulary` the indicators; `symbols` and
`rebalance` what is written once. `trampoline` walks nests of any depth.
"""
