"""Times `ssot check` beside the tools that people would otherwise use; see README.md."""
