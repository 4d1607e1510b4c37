"""What people do to messages: reprocess, skip, edit, hold, plans and sweeps."""
