"""Names of the jobs."""

TRADING_JOB = "trading_job"
FLATTEN_JOB = "flatten_job"
PREVIEW_JOB = "preview_job"
APPROVED_JOB = "approved_job"
RECONCILIATION_JOB = "reconciliation_job"
RECOVERY_JOB = "recovery_job"
RESUME_JOB = "resume_job"
