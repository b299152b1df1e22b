"""The pure core: what a program says, to whom and when. No clock, no I/O, no temporalio."""
