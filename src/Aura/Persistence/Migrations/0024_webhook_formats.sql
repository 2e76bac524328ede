-- Whose messages a webhook gets: those of the dialect in which it was made.
ALTER TABLE webhooks ADD COLUMN format text NOT NULL DEFAULT 'platform' CHECK (format IN ('platform', 'promotions'));
ALTER TABLE webhooks ALTER COLUMN format DROP DEFAULT;
COMMENT ON COLUMN webhooks.format IS 'promotions: {event, timestamp, data, signature}';
