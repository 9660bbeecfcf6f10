"""How long what is known of children is kept, how it goes, and what a child may ask."""
