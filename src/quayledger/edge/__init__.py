"""The edges: HTTP API, pages and command line."""
