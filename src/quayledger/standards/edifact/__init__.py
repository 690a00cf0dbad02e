"""EDIFACT: interchanges, and the messages of gate and quay."""
