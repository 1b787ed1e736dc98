"""One chart a file, beside the table with the same figures."""
