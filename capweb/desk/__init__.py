"""Screens and API for people, clients and the business day."""
