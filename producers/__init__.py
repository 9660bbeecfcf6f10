"""The ways out: Kafka and e-mail, each behind the `Sender` of `schemas.delivery`, and a fake of each."""
