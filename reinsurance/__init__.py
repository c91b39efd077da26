"""Counts: how much is ceded, within which ceiling, who owes what to whom."""
