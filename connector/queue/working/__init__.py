"""One window from claim to settled: what happens to a message while somebody works it."""
