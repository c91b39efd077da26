"""Command-line shells of the granting room."""
