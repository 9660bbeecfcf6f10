"""The composition root: settings, clock, wiring, the command line, the embedded broker, simulate and the demo."""
