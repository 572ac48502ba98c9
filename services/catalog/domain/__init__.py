"""The rules of the snapshot: what a feed may hold, how old data may be, what a word and a barcode are. Pure."""
