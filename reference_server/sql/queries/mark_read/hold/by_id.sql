-- Hold conversation $1 while a watermark moves: sends and other readers wait, and the next statement sees them all.
SELECT held_for_reading.id FROM conversations AS held_for_reading
WHERE held_for_reading.id = $1
FOR NO KEY UPDATE;
