"""Rewriting of source text."""
