"""Judges: may this risk be covered, for how much, by which article."""
