"""An outage that a person can follow line by line, and its proof."""
