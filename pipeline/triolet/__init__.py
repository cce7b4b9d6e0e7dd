"""Triolet: an LLM's token stream, spoken while it is still being written."""
