-- Whether $1 blocks $2, and the other way round.
SELECT
    EXISTS (SELECT 1 FROM blocks AS mine WHERE mine.blocker_id = $1 AND mine.blocked_id = $2) AS blocked_by_me,
    EXISTS (SELECT 1 FROM blocks AS theirs WHERE theirs.blocker_id = $2 AND theirs.blocked_id = $1) AS blocks_me;
