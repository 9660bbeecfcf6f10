"""Random courses through the real intake: whatever is told, in whatever order it is read, what is owed must not be
lost. `make courses` runs thousands and prints a sheet; `test_random_courses.py` runs some of them."""
