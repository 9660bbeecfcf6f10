"""How fast the hub is, as ratios in one run against something fair. Run it with `make bench`."""
