"""A mirror in MongoDB: a collection `events` with a document for each event."""
