"""Words to phrases: what is committed at once."""
