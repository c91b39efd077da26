"""Documents that the insurer issues: each is a function of its frozen snapshot. Only here is WeasyPrint imported."""
