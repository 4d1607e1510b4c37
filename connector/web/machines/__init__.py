"""What other programs ask and tell: notifications, the API, health and metrics."""
