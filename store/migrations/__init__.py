"""The steps by which a database comes to its newest form; each is written once and never changed. They are run by
`store.migrating`."""
