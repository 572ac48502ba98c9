"""Every statement of orders."""
