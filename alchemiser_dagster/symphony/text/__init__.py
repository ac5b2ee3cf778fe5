"""The text notation, read and written.

`tokens` cuts the text. `reader` matches its brackets and hands each over as it closes, innermost first, to
`symphony`, which has it given a meaning by `blocks`, `conditions` and `indicators`. `writer` writes it back.
"""
