"""A stand-in for head office: an honest server, with dials for everything that goes wrong."""
