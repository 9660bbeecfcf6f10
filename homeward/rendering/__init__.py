"""A pack in plain English, for whoever owns the procedure: the same words in the terminal, on the page and in a
comparison of two versions. Nothing is decided here."""
