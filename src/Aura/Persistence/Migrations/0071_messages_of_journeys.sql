-- What became of the messages that recovery workflows asked for.
CREATE INDEX messages_of_journeys ON messages (tenant_id, exit_subject) WHERE exit_check = 'recovery';
