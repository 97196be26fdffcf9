"""What the whole must look like: layers, sizes, names, words, and that the documents say what the code does."""
