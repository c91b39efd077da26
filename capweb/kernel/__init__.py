"""Plain Python value types that every room shares: money, periods, identifiers, errors. No Django here."""
