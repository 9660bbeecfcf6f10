"""How well a child is recognised: a synthetic population with known errors, Homeward and Splink on it in one run.
`make bench-matching` runs it; what it prints is explained in docs/matching.md."""
