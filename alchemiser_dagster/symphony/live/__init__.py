"""One more session behind an evaluation, without computing the past again; `book` is the door."""
