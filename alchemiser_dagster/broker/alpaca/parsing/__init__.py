"""Alpaca's answers, read into records: strictly where nothing was ordered, tolerantly where something was."""
