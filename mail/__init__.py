"""What an e-mail is and how it leaves: rendering, folder, SMTP, SendGrid. Knows nothing of plans or journeys."""
