"""Django backends that start the private servers when the first connection is asked for."""
