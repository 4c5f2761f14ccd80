"""Backpropagation, Proved: each formula implemented once in NumPy and proved once in SymPy."""

__version__ = "0.1.0"
