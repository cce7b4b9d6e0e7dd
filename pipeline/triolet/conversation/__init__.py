"""Turns on one output."""
