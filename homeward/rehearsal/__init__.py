"""A changed procedure on the real history: what was heard is heard once more, in memory, by the packs as they are and
by the changed one, and the messages are laid side by side. Nothing is sent, and nothing of the hub's is changed but for
a line of the ledger that says who looked."""
