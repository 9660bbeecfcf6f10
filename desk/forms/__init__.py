"""The forms in which people answer, made from the contract and the words of a pack: what is asked, what must be filled
in, and what the report then says. No request and no Kafka lives here."""
