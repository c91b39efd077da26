"""Reads: what shells ask of this app, as frozen rows."""
