"""Writes of people and organisations."""
