"""Audio to heard samples."""
