"""What an e-mail is and how it leaves: rendering, the mail folder, SendGrid. Knows nothing of plans or journeys."""
