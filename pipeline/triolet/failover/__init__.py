"""Several providers as one voice."""
