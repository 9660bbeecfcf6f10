"""The public contract: the CloudEvents envelope, a model of every message in and out, the names of the topics, and
what is generated from them (JSON Schemas, the AsyncAPI document). No episode and no protocol is known here."""
