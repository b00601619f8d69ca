-- Enough rows for PostgreSQL's planner to have an opinion.
INSERT INTO organisations SELECT gen_random_uuid(), 'o', NULL, 0, n FROM generate_series(1, 40) n;
INSERT INTO users SELECT gen_random_uuid(), n || '@example.com', '', NULL, n, false, 0, n
    FROM generate_series(1, 2000) n;
INSERT INTO memberships SELECT o.id, u.id, 'member', 0
    FROM (SELECT id, row_number() OVER () AS n FROM users) u
    JOIN (SELECT id, row_number() OVER () AS n FROM organisations) o ON o.n = u.n % 40 + 1;
INSERT INTO sessions (id, user_id, org_id, kind, secret_hash, user_agent, ip, created_at, expires_at, revoked_at)
    SELECT gen_random_uuid(), user_id, org_id, 'web', uuid_send(gen_random_uuid()), '', NULL, n, n, NULL
    FROM memberships, generate_series(1, 2) n;
INSERT INTO spent_refresh_tokens SELECT uuid_send(gen_random_uuid()), id FROM sessions;
INSERT INTO api_keys SELECT gen_random_uuid(), org_id, user_id, 'k', uuid_send(gen_random_uuid()), '1ck_', '[]', true,
    n, NULL, NULL FROM memberships, generate_series(1, 2) n;
INSERT INTO mailed_codes SELECT 'sign_in', n || '@example.com', n || '@example.com', '', 0, n, n
    FROM generate_series(1, 3000) n;
INSERT INTO device_codes SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), 'c', NULL,
    NULL, '', 'pending', 5000, n, NULL, NULL, n, n FROM generate_series(1, 3000) n;
INSERT INTO one_time_tokens SELECT uuid_send(gen_random_uuid()), 'verify', id, 0, created_at, NULL FROM users;
INSERT INTO rate_limits SELECT uuid_send(gen_random_uuid()), n, 1, n FROM generate_series(1, 3000) n;
INSERT INTO epochs SELECT gen_random_uuid(), 1, CASE WHEN n % 4 = 0 THEN n END FROM generate_series(1, 5000) n;
INSERT INTO instance_settings SELECT 'setting' || n, '' FROM generate_series(1, 1000) n;
INSERT INTO keyring SELECT 'key' || n, 'token', '', n, NULL FROM generate_series(1, 4) n;
INSERT INTO agents (id, org_id, name, description, auth_method, scopes, vault_ids, is_active, settings,
    token_epoch, api_key_hash, created_by, created_at)
    SELECT gen_random_uuid(), id, 'a', '', 'api_key', '[]', '[]', true, '{}', 0, uuid_send(gen_random_uuid()), id, n
    FROM organisations, generate_series(1, 100) n;
INSERT INTO enrollments (id, token_hash, name, description, human_email, status, ip, user_agent, created_at,
    expires_at, decided_by)
    SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), 'a', '', (n % 1000) || '@example.com',
    (ARRAY['pending', 'approved', 'denied', 'expired'])[n % 4 + 1], '10.0.0.' || n % 1000, '', n, n,
    CASE WHEN n % 4 = 1 THEN gen_random_uuid() END FROM generate_series(1, 5000) n;
INSERT INTO vaults SELECT gen_random_uuid(), id, 'v' || n, '', 'user', gen_random_uuid(), 1, n
    FROM organisations, generate_series(1, 20) n;
INSERT INTO vault_keys SELECT id, n, '', 0 FROM vaults, generate_series(1, 2) n;
INSERT INTO secrets SELECT gen_random_uuid(), org_id, id, 'path/' || n, 1, 1, NULL, NULL, 0, NULL
    FROM vaults, generate_series(1, 25) n;
INSERT INTO secret_versions SELECT id, 1, 'generic', '{}', 1, '', '', 'user', org_id, 0, NULL, NULL FROM secrets;
INSERT INTO policies SELECT gen_random_uuid(), v.org_id, v.id, '**', 'agent', a.id, '[]', 'allow', 0, '{}', '{}',
    NULL, 'user', a.id, 0 FROM vaults v JOIN agents a ON a.org_id = v.org_id AND a.created_at <= 15;
INSERT INTO shares SELECT gen_random_uuid(), org_id, vault_id, id, 'user',
    CASE WHEN hash % 3 = 0 THEN gen_random_uuid() END, CASE WHEN hash % 3 = 1 THEN gen_random_uuid() END,
    CASE WHEN hash % 3 = 2 THEN hash || '@example.com' END, 'pending', NULL, '[]', 5, 0, 'user', gen_random_uuid(),
    hash, hash, NULL, NULL FROM (SELECT *, abs(hashtext(id::text)) AS hash FROM secrets) s;
INSERT INTO outbox SELECT gen_random_uuid(), NULL, 'test', (n % 500) || '@example.com', '', '',
    CASE WHEN n % 100 = 0 THEN 'queued' WHEN n % 100 = 1 THEN 'kept' ELSE 'sent' END, 1, n, NULL, n,
    CASE WHEN n % 100 > 1 THEN n END, n + 1000
    FROM generate_series(1, 5000) n;
INSERT INTO webhooks SELECT gen_random_uuid(), id, 'https://hooks.example.com/', '[]', '', '', true, NULL, id, n, n
    FROM organisations, generate_series(1, 30) n;
INSERT INTO webhook_deliveries SELECT gen_random_uuid(), org_id, id, 'secret.written', '{}',
    CASE WHEN n = 1 THEN 'queued' ELSE 'delivered' END, 1, n, NULL, NULL, n, CASE WHEN n > 1 THEN n END
    FROM webhooks, generate_series(1, 10) n;
INSERT INTO ip_rules SELECT gen_random_uuid(), id, 'deny', '10.0.0.0/8', '', 'all', id, n
    FROM organisations, generate_series(1, 50) n;
INSERT INTO audit_events SELECT id, n, gen_random_uuid(), n, 'agent', n::text, 'secret.read', 'secret', n::text, '{}',
    NULL, '' FROM organisations, generate_series(0, 500) n;
INSERT INTO audit_heads SELECT id, 501, '', '' FROM organisations;
ANALYZE;
