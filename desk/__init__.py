"""The duty desk: web pages on which people see who is missing, what waits for them and why, and answer. It shows, asks
and passes on, and chooses nothing: an answer leaves as a message to the casework topic, like any case system's."""
