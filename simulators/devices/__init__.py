"""One module per kind of device: a pure step model of its physics and of what it reports and obeys."""
