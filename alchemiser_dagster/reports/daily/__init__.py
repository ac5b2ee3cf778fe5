"""The daily report: everything about one day in one file that a browser shows."""
