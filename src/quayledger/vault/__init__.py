"""The vault of one organisation: sealed documents, their keys, and who looked at them."""
