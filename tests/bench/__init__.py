"""Speed and memory: `make bench`. Nothing here is collected by pytest."""
