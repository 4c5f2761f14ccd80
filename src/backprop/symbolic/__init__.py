"""The mathematics in SymPy: what the book proves."""
