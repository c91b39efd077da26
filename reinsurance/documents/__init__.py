"""What leaves the house: bordereaux as JSON, CSV and workbook, the statement of account as PDF, the audit pack."""
