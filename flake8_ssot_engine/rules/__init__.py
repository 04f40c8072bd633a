"""The rules: what is reported, one file each."""
