"""Grants: who is insured, on which buyer, for how much, from when to when."""
