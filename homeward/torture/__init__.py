"""Servers that misbehave as they are told: what the hub must withstand, for tests and for rehearsals."""
