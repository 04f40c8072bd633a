"""The verdict on files: rules run, suppressions and phases applied."""
