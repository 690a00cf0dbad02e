"""Document examination under a credit: pure rules, each finding with article and edition."""
