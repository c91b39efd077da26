"""Writes: one verb a file, each a batch; run inside acting(actor)."""
