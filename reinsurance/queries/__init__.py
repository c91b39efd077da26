"""What may be read of the books. Queries take the actor first and return frozen rows."""
