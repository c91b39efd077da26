"""Writes of policies: each takes a batch, and one is a batch of one."""
