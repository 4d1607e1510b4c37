"""The pages that look after a connector: figures, reconciliation, brake, alerts, health."""
