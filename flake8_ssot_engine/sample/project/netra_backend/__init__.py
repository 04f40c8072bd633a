"""A chat service in miniature whose agents answer for many users at once."""
