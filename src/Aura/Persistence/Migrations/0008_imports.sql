-- How a product is known in the shop whose file it came from, and what the catalogue has no place for.
CREATE TABLE shop_listings (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  handle text NOT NULL,
  external_id text,
  details jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX shop_listings_product ON shop_listings (tenant_id, product_id);
CREATE UNIQUE INDEX shop_listings_handle ON shop_listings (tenant_id, handle);
CREATE INDEX shop_listings_external_id ON shop_listings (tenant_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE imports (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  format text NOT NULL,
  file_name text NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  sha256 text,
  dry_run boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('uploading', 'queued', 'running', 'completed', 'failed')),
  stage text NOT NULL CHECK (stage IN ('products', 'variations')),
  position bigint NOT NULL CHECK (position >= 0),
  bytes_read bigint NOT NULL CHECK (bytes_read >= 0),
  counts jsonb NOT NULL,
  job_id bigint,
  error text,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX imports_state ON imports (tenant_id, state, id);
CREATE INDEX imports_created ON imports (tenant_id, created_at, id);
CREATE INDEX imports_sha256 ON imports (tenant_id, sha256);
CREATE INDEX imports_moved ON imports (updated_at);

-- The file itself, in pieces of one size: every server can go on with what another one received.
CREATE TABLE import_chunks (
  tenant_id bigint NOT NULL,
  import_id bigint NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  content bytea NOT NULL,
  PRIMARY KEY (tenant_id, import_id, number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports ON DELETE CASCADE
);

CREATE TABLE import_rows (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  import_id bigint NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  outcome text NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'skipped', 'rejected', 'warning')),
  product_id bigint,
  variant_id bigint,
  key text,
  external_id text,
  column_name text,
  message text CHECK (message IS NOT NULL OR outcome NOT IN ('rejected', 'warning')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports ON DELETE CASCADE
);
-- A row of a file has one outcome, and any number of warnings beside it.
CREATE UNIQUE INDEX import_rows_once ON import_rows (tenant_id, import_id, number) WHERE outcome <> 'warning';
CREATE INDEX import_rows_number ON import_rows (tenant_id, import_id, number, id);
CREATE INDEX import_rows_outcome ON import_rows (tenant_id, import_id, outcome, number, id);
CREATE INDEX import_rows_key ON import_rows (tenant_id, import_id, key) WHERE key IS NOT NULL;
CREATE INDEX import_rows_external_id ON import_rows (tenant_id, import_id, external_id) WHERE external_id IS NOT NULL;
