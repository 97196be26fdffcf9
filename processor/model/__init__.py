"""The nouns of wardwatch: frozen structs and enums that every other part speaks. Nothing here does anything."""
