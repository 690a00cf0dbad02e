"""Wire formats of the field: what comes in as bytes, and what goes out."""
