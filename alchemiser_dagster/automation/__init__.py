"""When things run: jobs, sensors, hooks."""
