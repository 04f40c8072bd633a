"""Diagnosis: what is wrong with the set-up of a project, one kind of trap a file."""
