"""Which words a stretch of samples says."""
