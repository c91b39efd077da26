"""Plain Python: the chart of accounts, transfers, what is ceded, and how free room is shared out. No Django here."""
