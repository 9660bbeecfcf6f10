"""One episode as evidence: what happened for people to read, what proves it, and a verifier that needs no hub."""
