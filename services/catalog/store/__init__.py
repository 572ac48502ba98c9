"""Every statement of catalog."""
