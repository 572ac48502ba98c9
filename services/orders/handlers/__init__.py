"""What orders does, each a sentence."""
