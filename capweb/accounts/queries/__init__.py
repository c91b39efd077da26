"""Reads of people and organisations."""
