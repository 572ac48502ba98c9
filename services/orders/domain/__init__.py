"""The rules of a sale: pure, time is an argument, amounts are integers in minor units."""
