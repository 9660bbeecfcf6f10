"""The demo: a synthetic fortnight of notifications through the whole hub, on a real Kafka and a virtual clock."""
