"""The rows of the table, one kind of measurement a file."""
