"""DCSA: transport documents (eBL 3.0.4) and track and trace events (T&T 2.2)."""
