"""Plain Python of the granting room: no Django, no clock, no database."""
