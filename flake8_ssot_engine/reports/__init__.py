"""Formats of a report, one file each: a Report goes in, text comes out."""
