"""Proof: that a file means what it meant, with the moves applied; it knows nothing of edits."""
