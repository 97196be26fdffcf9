"""Causes that can be injected, with what would be right to do about them. `register.KINDS` lists them all."""
