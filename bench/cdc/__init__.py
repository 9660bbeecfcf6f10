"""Change data capture in place of the relay: a real Debezium reads the outbox of a real Postgres and writes the same
records to the same topics. `make bench-cdc` runs it."""
