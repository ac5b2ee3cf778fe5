"""Measures of how runs went: states, durations, slippage, costs."""
