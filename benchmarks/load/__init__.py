"""Many conversations at once, each end in a process of its own."""
