"""Small helpers that know nothing of speech."""
