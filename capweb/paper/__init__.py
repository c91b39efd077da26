"""What all printed documents share: shipped fonts and nothing else fetched, archival marks, French figures and days."""
