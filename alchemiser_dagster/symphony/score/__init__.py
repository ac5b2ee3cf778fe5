"""The notation of scores in JSON, old keys and new, read and written.

`reader` makes values that know their places, `symphony` has them given a meaning by `blocks`, `conditions`
and `indicators`. `mistakes` and `places` say what is wrong and where. `writer` writes it back.
"""
