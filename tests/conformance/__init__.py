"""Our schemas against the upstream definitions that they were made from."""
