-- A change that changes nothing: a comparison must find no difference.
COMMENT ON TABLE messages IS 'as in spec';
