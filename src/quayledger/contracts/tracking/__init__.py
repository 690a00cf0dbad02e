"""Tracking: commitments to batches of events; the events themselves stay in event stores."""
