"""Who belongs to the network: organisations, their people and devices, and the founding."""
