"""Wardwatch: reads a district's devices, keeps what they say, acts where safe, and reminds people until it is done."""

__version__ = "0.1.0"
