"""The doors' common parts: who is asking, problem+json, permissions, pagination, template tags."""
