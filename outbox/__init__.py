"""Promises and their keeping: decisions become immutable rows, relays deliver them, timers ask again."""
