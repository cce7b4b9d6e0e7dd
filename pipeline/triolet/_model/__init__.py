"""What flows through the engine: text, audio, and the settings of a voice."""
