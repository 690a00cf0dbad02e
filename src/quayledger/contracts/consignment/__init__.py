"""Consignments: the parties of one trade, its containers, and commitments to its documents."""
