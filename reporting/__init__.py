"""Figures and tables about the episodes of one authority in a period: counted from what the store holds, each time
anew, so that a correction of what was reported reaches every figure."""
