"""Configuration: from TOML or INI text to frozen Settings, with every error told at once."""
