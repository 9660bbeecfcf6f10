-- What Homeward's database needs so that Debezium can read the outbox. docs/operating.md says when to run it: once, while no
-- hub runs, as the owner of the tables with REPLICATION, on a server with wal_level = logical.
--
--     psql -v ON_ERROR_STOP=1 -f prepare.sql DATABASE

-- The slot keeps nothing from before it was made: what waits for a topic now would never be written.
DO $$ BEGIN
  IF EXISTS (
    SELECT FROM deliveries
    WHERE channel = 'topic' AND state IN ('prepared', 'sending', 'retrying', 'parked', 'failed', 'in_doubt')
  ) THEN
    RAISE 'Messages for topics have not left yet. Let the relay send them, and release or settle what is held up';
  END IF;
END $$;

-- The version of CloudEvents: Kafka Connect itself can write no header "1.0", it makes a number of it.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS specversion text NOT NULL DEFAULT '1.0';

CREATE PUBLICATION homeward_topics FOR TABLE outbox WHERE (destination LIKE 'topic/%') WITH (publish = 'insert');

SELECT pg_create_logical_replication_slot('homeward_topics', 'pgoutput');
