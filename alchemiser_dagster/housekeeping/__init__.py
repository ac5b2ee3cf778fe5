"""What is done once a week: backups, checks, compaction, old files."""
