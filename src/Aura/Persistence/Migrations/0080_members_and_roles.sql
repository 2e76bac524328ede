-- Who works for a store. Others refer to a member by the reference that the store chose: it is what callers say and what is shown.
CREATE TABLE members (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT members_reference UNIQUE (tenant_id, reference)
);

CREATE TABLE roles (
  tenant_id bigint NOT NULL REFERENCES stores DEFERRABLE INITIALLY DEFERRED,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  permissions text[] NOT NULL,
  built_in boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT roles_name UNIQUE (tenant_id, name)
);

CREATE TABLE role_assignments (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  role_id bigint NOT NULL,
  member text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT role_assignments_once UNIQUE (tenant_id, member, role_id),
  FOREIGN KEY (tenant_id, role_id) REFERENCES roles ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, member) REFERENCES members (tenant_id, reference) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX role_assignments_role ON role_assignments (tenant_id, role_id);

CREATE TABLE teams (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role_id bigint,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT teams_name UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, role_id) REFERENCES roles ON DELETE SET NULL (role_id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX teams_role ON teams (tenant_id, role_id);

CREATE TABLE team_members (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  team_id bigint NOT NULL,
  member text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT team_members_once UNIQUE (tenant_id, team_id, member),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, member) REFERENCES members (tenant_id, reference) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX team_members_member ON team_members (tenant_id, member);

-- Every store has these three roles from the beginning.
CREATE FUNCTION give_built_in_roles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first bigint := nextval('ids');
BEGIN
  INSERT INTO roles (tenant_id, id, name, permissions, built_in, created_at, updated_at, version) VALUES
    (NEW.id, first, 'viewer', ARRAY['*:read'], true, NEW.created_at, NEW.created_at, 1),
    (NEW.id, first + 1, 'editor', ARRAY['*:read', '*:write'], true, NEW.created_at, NEW.created_at, 1),
    (NEW.id, first + 2, 'admin', ARRAY['*'], true, NEW.created_at, NEW.created_at, 1);
  RETURN NULL;
END $$;
CREATE TRIGGER stores_get_roles AFTER INSERT ON stores FOR EACH ROW EXECUTE FUNCTION give_built_in_roles();

INSERT INTO roles (tenant_id, id, name, permissions, built_in, created_at, updated_at, version)
SELECT s.id, s.first + r.number, r.name, r.permissions, true, s.created_at, s.created_at, 1
FROM (SELECT id, created_at, nextval('ids') AS first FROM stores) s,
  (VALUES (0, 'viewer', ARRAY['*:read']), (1, 'editor', ARRAY['*:read', '*:write']), (2, 'admin', ARRAY['*'])) r (number, name, permissions);

-- A key may be a member's: then it may do no more than the member's roles.
ALTER TABLE api_keys ADD COLUMN member text,
  ADD CONSTRAINT api_keys_member FOREIGN KEY (store_id, member) REFERENCES members (tenant_id, reference) DEFERRABLE INITIALLY DEFERRED;

-- What servers keep of a key includes what its member's roles allow.
CREATE TRIGGER roles_changed AFTER UPDATE OF permissions OR DELETE ON roles EXECUTE FUNCTION access_changed();
CREATE TRIGGER role_assignments_changed AFTER INSERT OR DELETE ON role_assignments EXECUTE FUNCTION access_changed();
CREATE TRIGGER teams_changed AFTER UPDATE OF role_id OR DELETE ON teams EXECUTE FUNCTION access_changed();
CREATE TRIGGER team_members_changed AFTER INSERT OR DELETE ON team_members EXECUTE FUNCTION access_changed();

-- Who acted with the key that the entry names.
ALTER TABLE audit_logs ADD COLUMN member text;
CREATE INDEX audit_logs_member ON audit_logs (tenant_id, member, id) WHERE member IS NOT NULL;
