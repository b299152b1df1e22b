"""Whoever starts or tells a journey: the typed client, the command line, and the embedded default."""
