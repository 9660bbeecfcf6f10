-- What Homeward's database needs so that Debezium can read the outbox. Run it once, as its owner, with wal_level = logical,
-- before the first message that the connector is to write.

-- The version of CloudEvents: Kafka Connect itself can write no header "1.0", it makes a number of it.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS specversion text NOT NULL DEFAULT '1.0';
CREATE PUBLICATION homeward_topics FOR TABLE outbox WHERE (destination LIKE 'topic/%') WITH (publish = 'insert');
SELECT pg_create_logical_replication_slot('homeward_topics', 'pgoutput');
