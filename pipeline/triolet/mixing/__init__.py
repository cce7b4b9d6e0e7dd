"""Sound for a conversation: a background under the speech, and speech at one loudness."""
