"""What a process says of itself over HTTP: `/live`, `/startup`, `/ready` and `/metrics`. Nothing about a child."""
