-- A store's time: that of the database, and of a sandbox with its own clock, that one.
CREATE FUNCTION store_now(tenant bigint) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
  RETURN now() + (SELECT clock_offset FROM stores WHERE id = tenant);

CREATE TABLE warehouses (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  address jsonb,
  priority integer NOT NULL,
  active boolean NOT NULL,
  is_default boolean NOT NULL CHECK (active OR NOT is_default),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX warehouses_default ON warehouses (tenant_id) WHERE is_default;
CREATE INDEX warehouses_priority ON warehouses (tenant_id, priority, id);

-- No store is ever without a default warehouse, however the store came about.
CREATE FUNCTION open_default_warehouse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO warehouses VALUES (NEW.id, nextval('ids'), 'Main warehouse', 'warehouse', NULL, 0, true, true, NEW.created_at, NEW.created_at, 1);
  RETURN NULL;
END $$;
CREATE TRIGGER stores_open_default_warehouse AFTER INSERT ON stores FOR EACH ROW EXECUTE FUNCTION open_default_warehouse();
INSERT INTO warehouses
SELECT id, nextval('ids'), 'Main warehouse', 'warehouse', NULL, 0, true, true, created_at, created_at, 1 FROM stores;

-- allocated may exceed on_hand: that is a backorder. Whether it may is decided by the one statement that writes this table.
CREATE TABLE stock_levels (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  variant_id bigint NOT NULL,
  warehouse_id bigint NOT NULL,
  on_hand bigint NOT NULL CHECK (on_hand >= 0),
  allocated bigint NOT NULL CHECK (allocated >= 0),
  damaged bigint NOT NULL CHECK (damaged >= 0),
  quality_control bigint NOT NULL CHECK (quality_control >= 0),
  safety_stock bigint NOT NULL CHECK (safety_stock >= 0),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT stock_levels_place UNIQUE (tenant_id, variant_id, warehouse_id),
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses
);
CREATE INDEX stock_levels_warehouse ON stock_levels (tenant_id, warehouse_id, id);

-- What refers to a place in stock refers to its row there, which its writer has locked: warehouses and variants stay free.
CREATE TABLE stock_movements (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  variant_id bigint NOT NULL,
  warehouse_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('received', 'allocated', 'shipped', 'released', 'adjusted')),
  quantity bigint NOT NULL CHECK (CASE kind WHEN 'adjusted' THEN quantity <> 0 ELSE quantity > 0 END),
  reason text CHECK (kind <> 'adjusted' OR reason IS NOT NULL),
  note text,
  order_id bigint,
  reference text,
  actor text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES stock_levels (tenant_id, variant_id, warehouse_id)
);
CREATE INDEX stock_movements_place ON stock_movements (tenant_id, variant_id, warehouse_id, id);
CREATE INDEX stock_movements_order ON stock_movements (tenant_id, order_id) WHERE order_id IS NOT NULL;

CREATE FUNCTION stock_movements_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Stock movements are appended, never changed.';
END $$;
CREATE TRIGGER stock_movements_append_only BEFORE UPDATE ON stock_movements EXECUTE FUNCTION stock_movements_are_kept();

CREATE TABLE stock_allocations (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  variant_id bigint NOT NULL,
  warehouse_id bigint NOT NULL,
  order_id bigint NOT NULL,
  order_line_id bigint,
  quantity bigint NOT NULL CHECK (quantity > 0),
  shipped bigint NOT NULL CHECK (shipped >= 0),
  released bigint NOT NULL CHECK (released >= 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (shipped + released <= quantity),
  FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES stock_levels (tenant_id, variant_id, warehouse_id)
);
CREATE INDEX stock_allocations_order ON stock_allocations (tenant_id, order_id);
CREATE INDEX stock_allocations_open ON stock_allocations (tenant_id, variant_id, warehouse_id) WHERE shipped + released < quantity;

CREATE TABLE reservations (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  variant_id bigint NOT NULL,
  warehouse_id bigint NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  channel text,
  cart_id bigint,
  reference text,
  expires_at timestamptz NOT NULL,
  released_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES stock_levels (tenant_id, variant_id, warehouse_id)
);
CREATE INDEX reservations_open ON reservations (tenant_id, variant_id, warehouse_id, expires_at) WHERE released_at IS NULL;
CREATE INDEX reservations_cart ON reservations (tenant_id, cart_id) WHERE cart_id IS NOT NULL AND released_at IS NULL;

CREATE TABLE stock_alerts (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  variant_id bigint,
  warehouse_id bigint,
  threshold bigint NOT NULL CHECK (threshold >= 0),
  channels text[] NOT NULL,
  reorder_enabled boolean NOT NULL,
  reorder_quantity bigint CHECK (reorder_quantity > 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (NOT reorder_enabled OR reorder_quantity IS NOT NULL),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses
);
CREATE INDEX stock_alerts_product ON stock_alerts (tenant_id, product_id);

CREATE TABLE reorders (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  product_id bigint NOT NULL,
  variant_id bigint NOT NULL,
  warehouse_id bigint,
  alert_id bigint,
  quantity bigint NOT NULL CHECK (quantity > 0),
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses,
  FOREIGN KEY (tenant_id, alert_id) REFERENCES stock_alerts ON DELETE SET NULL (alert_id)
);
CREATE INDEX reorders_status ON reorders (tenant_id, status, id);
CREATE INDEX reorders_product ON reorders (tenant_id, product_id, id);

-- The functions below do not call each other: a function inside a function is planned anew at each call, ten times the cost in a list.

-- Held for carts and channels right now, at one place.
CREATE FUNCTION held_stock(tenant bigint, variant bigint, warehouse bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT coalesce(sum(quantity), 0)::bigint FROM reservations
    WHERE tenant_id = tenant AND variant_id = variant AND warehouse_id = warehouse AND released_at IS NULL
      AND expires_at > now() + (SELECT clock_offset FROM stores WHERE id = tenant));

-- What can be promised to the next buyer, over the active warehouses; negative while backorders wait.
CREATE FUNCTION available_stock(tenant bigint, variant bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT coalesce(sum(l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock), 0)::bigint
    FROM stock_levels l JOIN warehouses w ON w.tenant_id = tenant AND w.id = l.warehouse_id AND w.active
    WHERE l.tenant_id = tenant AND l.variant_id = variant)
  - (SELECT coalesce(sum(r.quantity), 0)::bigint
    FROM reservations r JOIN warehouses w ON w.tenant_id = tenant AND w.id = r.warehouse_id AND w.active
    WHERE r.tenant_id = tenant AND r.variant_id = variant AND r.released_at IS NULL
      AND r.expires_at > now() + (SELECT clock_offset FROM stores WHERE id = tenant));

-- What is promised already: to orders, and for a while to carts and channels.
CREATE FUNCTION reserved_stock(tenant bigint, variant bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT coalesce(sum(l.allocated), 0)::bigint
    FROM stock_levels l JOIN warehouses w ON w.tenant_id = tenant AND w.id = l.warehouse_id AND w.active
    WHERE l.tenant_id = tenant AND l.variant_id = variant)
  + (SELECT coalesce(sum(r.quantity), 0)::bigint
    FROM reservations r JOIN warehouses w ON w.tenant_id = tenant AND w.id = r.warehouse_id AND w.active
    WHERE r.tenant_id = tenant AND r.variant_id = variant AND r.released_at IS NULL
      AND r.expires_at > now() + (SELECT clock_offset FROM stores WHERE id = tenant));
