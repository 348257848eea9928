-- Old messages, out of the way of the new ones (schema-report §9.2). Keys come after the data.
CREATE TABLE messages_archive (LIKE messages INCLUDING DEFAULTS);
