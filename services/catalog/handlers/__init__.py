"""What catalog does, use case by use case."""
