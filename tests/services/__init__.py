"""The real services that tests run against, and where they come from: an address in the environment, Docker, or the
embedded ones. Nothing here imitates a service."""
