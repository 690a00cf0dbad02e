"""The HTTP API of one organisation's node."""
