"""What arrives: bytes to reports, and intake, THE transaction in which a report is taken in and answered."""
