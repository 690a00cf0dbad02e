"""Imports: files in the field's own formats become sealed documents and commands to sign."""
