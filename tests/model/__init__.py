"""A whole store without its processes: real handlers and tables, moved step by step."""
