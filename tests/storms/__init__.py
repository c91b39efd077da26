"""Storms over the ledger: many small schedules of clients that fight for little room, some of whom die on the way."""
