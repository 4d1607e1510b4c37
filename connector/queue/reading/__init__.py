"""What pages and commands read of messages, attempts and runs. It changes nothing."""
