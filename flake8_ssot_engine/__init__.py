"""Migrate a large Python code base off a deprecated symbol, by what names refer to."""

__version__ = "0.1.0"
