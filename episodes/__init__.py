"""What we are told (reports), what is held of a child (record), and what is true of an episode (`advance`).

Pure: the standard library only, no wire, no database, no clock.
"""
