"""Phrases to audio."""
