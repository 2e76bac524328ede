-- Promotions that come round. The promotion is switched by a job at each step; the step that is due next stands here, so that it is taken once.
CREATE TABLE promotion_schedules (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  promotion_id bigint NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  recurrence jsonb NOT NULL,
  auto_activate boolean NOT NULL,
  auto_deactivate boolean NOT NULL,
  next_step_at timestamptz,
  last_occurrence_at timestamptz,
  stopped_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT promotion_schedules_promotion UNIQUE (tenant_id, promotion_id),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions ON DELETE CASCADE
);
COMMENT ON COLUMN promotion_schedules.last_occurrence_at IS 'start of the occurrence that it was switched on for last: once each';
