"""Starting the duty desk: its settings, its database, its way to Kafka, the words of its letters, its styles."""
