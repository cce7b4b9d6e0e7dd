"""The events of a turn, and what they add up to."""
