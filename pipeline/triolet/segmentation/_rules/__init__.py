"""Data: one module a language, each with its `LANGUAGE`."""
