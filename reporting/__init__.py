"""Figures and tables about the episodes of one authority in a period: counted again from the store each
time, so that a correction of what was reported reaches every figure."""
