"""What plays the outside in tests: the engine's part, and servers that are words only."""
