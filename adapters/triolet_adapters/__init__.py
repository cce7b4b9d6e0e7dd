"""The outside world of Triolet: token sources, TTS vendors, audio outputs, the command."""
