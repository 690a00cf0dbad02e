"""Code lists and check digits of the field, as facts."""
