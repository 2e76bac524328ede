CREATE TABLE channel_setups (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  enabled boolean NOT NULL,
  provider text CHECK (length(provider) <= 50),
  settings bytea,
  quiet_from time,
  quiet_to time,
  daily_cap integer CHECK (daily_cap > 0),
  consent text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT channel_setups_once UNIQUE (tenant_id, channel),
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);
COMMENT ON COLUMN channel_setups.settings IS 'sealed by the key ring: hosts, keys, senders';

-- What people said, word for word; the latest of a type counts.
CREATE TABLE consents (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  shopper_id bigint NOT NULL,
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 50),
  channel text,
  granted boolean NOT NULL,
  source text NOT NULL CHECK (length(source) <= 100),
  text_version text CHECK (length(text_version) <= 100),
  given_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, shopper_id) REFERENCES shoppers DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX consents_shopper ON consents (tenant_id, shopper_id, given_at);
CREATE INDEX consents_given ON consents (tenant_id, given_at, id);

CREATE TABLE push_subscriptions (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  shopper_id bigint NOT NULL,
  endpoint text NOT NULL CHECK (length(endpoint) <= 2000),
  p256dh text NOT NULL CHECK (length(p256dh) <= 200),
  auth text NOT NULL CHECK (length(auth) <= 100),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT push_subscriptions_endpoint UNIQUE (tenant_id, endpoint),
  FOREIGN KEY (tenant_id, shopper_id) REFERENCES shoppers DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX push_subscriptions_shopper ON push_subscriptions (tenant_id, shopper_id, id);

CREATE TABLE suppressions (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  channel text NOT NULL,
  address text NOT NULL CHECK (length(address) <= 4000),
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT suppressions_address UNIQUE (tenant_id, channel, address)
);

CREATE TABLE message_templates (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  origin text NOT NULL,
  contents jsonb NOT NULL,
  default_locale text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE campaigns (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  channels text[] NOT NULL,
  template text NOT NULL,
  segment_id bigint,
  shopper_ids bigint[] NOT NULL,
  values jsonb NOT NULL,
  status text NOT NULL,
  scheduled_at timestamptz,
  sent_at timestamptz,
  queued integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, segment_id) REFERENCES customer_segments DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN campaigns.shopper_ids IS 'people who are named one by one';
CREATE INDEX campaigns_created_at ON campaigns (tenant_id, created_at, id);

-- One row for each message to one person over one channel, sent or not.
CREATE TABLE messages (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  shopper_id bigint,
  channel text NOT NULL,
  purpose text NOT NULL,
  template text NOT NULL,
  campaign_id bigint,
  group_id bigint,
  once_key text NOT NULL CHECK (length(once_key) BETWEEN 1 AND 200),
  exit_check text,
  exit_subject text,
  values jsonb NOT NULL,
  address text,
  state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'skipped', 'unknown')),
  reason text,
  findings jsonb NOT NULL,
  provider text,
  provider_id text,
  attempts integer NOT NULL,
  locale text,
  subject text,
  text text,
  html text,
  links text[] NOT NULL,
  due_at timestamptz NOT NULL,
  sending_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT messages_once UNIQUE (tenant_id, once_key),
  FOREIGN KEY (tenant_id, shopper_id) REFERENCES shoppers DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns
);
COMMENT ON COLUMN messages.group_id IS 'the number that messages bear which were wished for together';
CREATE INDEX messages_shopper ON messages (tenant_id, shopper_id, channel, sending_at);
CREATE INDEX messages_provider ON messages (tenant_id, provider, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX messages_campaign ON messages (tenant_id, campaign_id, channel) WHERE campaign_id IS NOT NULL;
CREATE INDEX messages_group ON messages (tenant_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX messages_address ON messages (tenant_id, channel, address, id);
CREATE INDEX messages_created_at ON messages (tenant_id, created_at, id);
CREATE INDEX messages_state ON messages (tenant_id, state, id);
