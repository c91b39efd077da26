"""Reads of policies: actor first, rows out. Filters that stop a broker at its own clients live here."""
