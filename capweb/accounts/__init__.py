"""Who acts: people, organisations, memberships, API clients; acting(actor) and the row security behind it."""
