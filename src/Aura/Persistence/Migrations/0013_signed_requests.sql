-- Keys may ask that every request be signed, and a signed request is taken once.
ALTER TABLE api_keys ADD COLUMN signed_only boolean NOT NULL DEFAULT false;
ALTER TABLE api_keys ALTER COLUMN signed_only DROP DEFAULT;

DROP TRIGGER api_keys_changed ON api_keys;
CREATE TRIGGER api_keys_changed AFTER UPDATE OF name, scopes, store_ids, requests_per_hour, requests_per_day, hash, previous_hash,
  expires_at, revoked_at, signed_only OR DELETE ON api_keys EXECUTE FUNCTION access_changed();

CREATE TABLE request_nonces (
  api_key_id bigint NOT NULL REFERENCES api_keys,
  nonce text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (api_key_id, nonce)
);
COMMENT ON TABLE request_nonces IS 'of keys, which belong to an account and not to one store';
CREATE INDEX request_nonces_age ON request_nonces (seen_at);
