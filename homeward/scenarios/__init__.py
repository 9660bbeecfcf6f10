"""The scenarios of a pack: what is reported to the hub, and what it must and must not say. They stand in tables beside
the pack, in the words of whoever owns it, and prove it through the hub itself."""
