"""The `ssot` command: a thin adapter, one file a subcommand."""
