"""The answer of a page: futures played, kept and refined."""
