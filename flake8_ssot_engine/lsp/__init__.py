"""The language server: the adapter between the engine and editors."""
