"""What the texts of a project name: comments, docstrings, and files that are no Python."""
