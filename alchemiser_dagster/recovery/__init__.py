"""After a run that failed or vanished: what happened, what is settled, whether the rest may be traded."""
