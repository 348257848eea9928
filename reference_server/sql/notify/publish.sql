-- Tell the listeners of the channels $1 the event $2, in one statement.
SELECT pg_notify(told.channel, $2) FROM unnest($1::text[]) AS told (channel);
