"""Scenarios: a folder says who does what, in order; the runner lets them do it over HTTP."""
