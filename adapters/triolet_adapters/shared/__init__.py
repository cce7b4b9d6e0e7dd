"""What several adapters share: reading and writing JSON, event streams, and what all that use httpx2 need."""
