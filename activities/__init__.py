"""One file per outside effect: `decide` reads and writes the ledger, `notify` hands one message over."""
