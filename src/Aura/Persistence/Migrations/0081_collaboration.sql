-- What members are asked to approve. The hash is that of the content that they are asked about.
CREATE TABLE approvals (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  entity_type text CHECK (length(entity_type) <= 100),
  entity_id text CHECK (length(entity_id) <= 100),
  content_hash bytea,
  approvers text[] NOT NULL,
  rule text NOT NULL,
  requested_by text,
  status text NOT NULL,
  reason text,
  decisions jsonb NOT NULL,
  decided_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, requested_by) REFERENCES members (tenant_id, reference) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN approvals.content_hash IS 'null: the store cannot look up what is to be approved, and knows it by name only';
CREATE INDEX approvals_status ON approvals (tenant_id, status, id);
CREATE INDEX approvals_entity_type ON approvals (tenant_id, entity_type, id);
CREATE INDEX approvals_entity_id ON approvals (tenant_id, entity_id, id);

CREATE TABLE comments (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  entity_type text NOT NULL CHECK (length(entity_type) BETWEEN 1 AND 100),
  entity_id text NOT NULL CHECK (length(entity_id) BETWEEN 1 AND 100),
  parent_id bigint,
  author text NOT NULL,
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES comments ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, author) REFERENCES members (tenant_id, reference) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX comments_entity_type ON comments (tenant_id, entity_type, id);
CREATE INDEX comments_entity_id ON comments (tenant_id, entity_id, id);
CREATE INDEX comments_parent ON comments (tenant_id, parent_id, id);

-- What members show to each other. What is no longer shared stays, for its access log.
CREATE TABLE shared_assets (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  item_id text CHECK (length(item_id) <= 100),
  shared_by text,
  shared_with text[] NOT NULL,
  unshared_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, shared_by) REFERENCES members (tenant_id, reference) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN shared_assets.shared_with IS 'references of members and ids of teams; empty: everybody';
CREATE INDEX shared_assets_shared ON shared_assets (tenant_id, id) WHERE unshared_at IS NULL;

CREATE TABLE asset_accesses (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  asset_id bigint NOT NULL,
  who text NOT NULL,
  action text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, asset_id) REFERENCES shared_assets DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX asset_accesses_asset ON asset_accesses (tenant_id, asset_id, id);

-- Told to one member, to some, or to all: one row, however many read it.
CREATE TABLE notifications (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 50),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  message text NOT NULL CHECK (length(message) BETWEEN 1 AND 5000),
  recipients text[],
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON COLUMN notifications.recipients IS 'references of members; null: the whole store';

CREATE TABLE notification_reads (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  notification_id bigint NOT NULL,
  reader text NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT notification_reads_once UNIQUE (tenant_id, notification_id, reader),
  FOREIGN KEY (tenant_id, notification_id) REFERENCES notifications ON DELETE CASCADE
);
COMMENT ON COLUMN notification_reads.reader IS 'a member; empty: the store itself, through a key that is nobody''s';
