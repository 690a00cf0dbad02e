"""Port: port calls with their negotiated times, and committed berth plans."""
