"""What answers over HTTP: webhooks of providers, pages of readers."""
