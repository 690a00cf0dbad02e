"""Customs: declarations, their lanes and holds, and the light that opens the gate."""
