"""How each language writes numbers and days."""
