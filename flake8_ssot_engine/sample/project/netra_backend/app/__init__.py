"""The application: its dependencies, its sockets, its agents and its services."""
