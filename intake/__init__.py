"""Intake: THE transaction in which a report is taken in and answered, and the steps that it is made of."""
