"""The embedded engine: one process, one database, one writer; one trust domain, and it says so."""
