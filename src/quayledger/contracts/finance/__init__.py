"""Trade finance: credits, presentations under them, and the accounts that money moves between."""
