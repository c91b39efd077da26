"""One seed drives days, workers, duplicates, crashes and late messages over a quarter of a small portfolio."""
