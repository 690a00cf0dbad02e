"""The business rules: one module a subject, every module alike."""
