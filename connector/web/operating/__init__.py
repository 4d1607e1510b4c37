"""The pages of the operator: what waits, what failed and why, one record, the logs."""
