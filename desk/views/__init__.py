"""What the pages show, as plain values made from what is held. No request, no database and no HTML lives here."""
