-- Who recommends the store to whom, and what both get for it.
CREATE TABLE referral_programs (
  tenant_id bigint NOT NULL REFERENCES stores,
  id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text,
  status text NOT NULL,
  currency character(3) NOT NULL,
  referrer_reward jsonb NOT NULL,
  referee_reward jsonb NOT NULL,
  referrer_promotion_id bigint,
  referee_promotion_id bigint,
  max_referrals_per_customer integer CHECK (max_referrals_per_customer > 0),
  min_referee_purchase bigint CHECK (min_referee_purchase >= 0),
  referee_must_be_new boolean NOT NULL,
  code_valid_days integer CHECK (code_valid_days > 0),
  coupon_valid_days integer CHECK (coupon_valid_days > 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, referrer_promotion_id) REFERENCES promotions,
  FOREIGN KEY (tenant_id, referee_promotion_id) REFERENCES promotions
);
COMMENT ON COLUMN referral_programs.min_referee_purchase IS 'minor units';
CREATE INDEX referral_programs_status ON referral_programs (tenant_id, status, id);

CREATE TABLE referral_codes (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  program_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  code text NOT NULL,
  rewarded integer NOT NULL CHECK (rewarded >= 0),
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT referral_codes_customer UNIQUE (tenant_id, program_id, customer_id),
  CONSTRAINT referral_codes_code UNIQUE (tenant_id, code),
  FOREIGN KEY (tenant_id, program_id) REFERENCES referral_programs,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN referral_codes.rewarded IS 'referrals that were rewarded; guarded by the statement that counts';
-- An image of a code is asked for without a key, and so without a store.
CREATE INDEX referral_codes_anywhere ON referral_codes (code);

CREATE TABLE referrals (
  tenant_id bigint NOT NULL,
  id bigint NOT NULL,
  program_id bigint NOT NULL,
  code_id bigint NOT NULL,
  code text NOT NULL,
  referrer_id bigint NOT NULL,
  referee_id bigint NOT NULL,
  order_id bigint,
  status text NOT NULL,
  reason text,
  score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
  signals text[] NOT NULL,
  referrer_reward jsonb,
  referee_reward jsonb,
  claimed_at timestamptz NOT NULL,
  qualified_at timestamptz,
  approved_at timestamptz,
  rewarded_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT referrals_referee UNIQUE (tenant_id, program_id, referee_id),
  CONSTRAINT referrals_order UNIQUE (tenant_id, program_id, order_id),
  CHECK (referrer_id <> referee_id),
  FOREIGN KEY (tenant_id, program_id) REFERENCES referral_programs,
  FOREIGN KEY (tenant_id, code_id) REFERENCES referral_codes,
  FOREIGN KEY (tenant_id, referrer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, referee_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX referrals_referrer ON referrals (tenant_id, referrer_id, claimed_at);
CREATE INDEX referrals_of_order ON referrals (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX referrals_status ON referrals (tenant_id, status, id);
CREATE INDEX referrals_code ON referrals (tenant_id, code_id);

-- The code that brought the customer here; what it is good for shows once the order is paid.
ALTER TABLE carts ADD COLUMN referral_code text;
