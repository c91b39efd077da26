"""The tables of policies (being wired)."""
