-- After each message, its conversation's last message, receiver's counter and updated_at, by the database itself
-- (schema-report §5.1 suggests updated_at alone; the rest of the bookkeeping comes along, so that nobody can forget it).
CREATE FUNCTION update_conversation_after_message() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations AS bumped
    SET last_message_id = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > (NEW.created_at, NEW.id) THEN bumped.last_message_id ELSE NEW.id END,
        last_message_at = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > (NEW.created_at, NEW.id) THEN bumped.last_message_at ELSE NEW.created_at END,
        user1_unread_count = coalesce(bumped.user1_unread_count, 0) + CASE WHEN bumped.user1_id = NEW.receiver_id THEN 1 ELSE 0 END,
        user2_unread_count = coalesce(bumped.user2_unread_count, 0) + CASE WHEN bumped.user2_id = NEW.receiver_id THEN 1 ELSE 0 END,
        updated_at = now()
    WHERE bumped.id = NEW.conversation_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER messages_bookkeeping AFTER INSERT ON messages
FOR EACH ROW EXECUTE FUNCTION update_conversation_after_message();
