"""The edges as Protocols: what the runtime asks of the outside, and the values it gets back."""
