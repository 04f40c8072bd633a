"""The files of a project: which there are, which can matter, what modules they are."""
