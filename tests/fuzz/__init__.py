"""The whole way in under arbitrary input: bytes as a broker hands them over, unpacked, read, taken in, on a database.
`python -m tests.fuzz` runs a million seeded inputs; a small version by Hypothesis is part of the tests."""
