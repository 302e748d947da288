"""Files people sent become pictures for staff, made in a child process with hard limits. No Django here."""
