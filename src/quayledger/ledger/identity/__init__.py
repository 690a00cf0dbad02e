"""Who signs: X.509 organisations, their people and devices, and the directory of all keys."""
