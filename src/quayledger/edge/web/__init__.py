"""The pages of one organisation's node: server-rendered, they work without scripts."""
