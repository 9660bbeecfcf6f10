-- What Homeward's database needs so that Debezium can read the outbox. docs/operating.md says when to run it: while no hub
-- runs, as the owner of the tables with REPLICATION, on Postgres 15 or later with wal_level = logical.
--
--     psql -f prepare.sql DATABASE

\set ON_ERROR_STOP on

-- The slot keeps nothing from before it was made: what waits for a topic now would never be written.
DO $$ BEGIN
  IF EXISTS (
    SELECT FROM deliveries
    WHERE channel = 'topic' AND state IN ('prepared', 'sending', 'retrying', 'parked', 'failed', 'in_doubt')
  ) THEN
    RAISE 'Messages for topics have not left yet. Let the relay send them, and release or withdraw what is held up';
  END IF;
END $$;

-- The version of CloudEvents: Kafka Connect itself can write no header "1.0", it makes a number of it.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS specversion text NOT NULL DEFAULT '1.0';

DROP PUBLICATION IF EXISTS homeward_topics;

CREATE PUBLICATION homeward_topics FOR TABLE outbox WHERE (destination LIKE 'topic/%') WITH (publish = 'insert');

-- Asked once more, for whoever runs this by something that goes on after an error.
SELECT pg_create_logical_replication_slot('homeward_topics', 'pgoutput')
WHERE NOT EXISTS (
  SELECT FROM deliveries
  WHERE channel = 'topic' AND state IN ('prepared', 'sending', 'retrying', 'parked', 'failed', 'in_doubt')
);
