"""Shows that generators of code make usable types of the hub's schemas."""
