"""How a service runs; knows no shop word."""
