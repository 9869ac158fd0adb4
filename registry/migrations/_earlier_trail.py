"""The trail of the release before, brought into the form of this one (0003_trust).

Events written before have no salt, digest and chain; they get them here once, in the order in which
they stand. What the hash covers is written down in registry/guard/trail.py and docs/trail.md and must
never change; it stands here again, because a migration never follows the code.
"""

ROLES = """
SELECT set_config('registry.actor', 'migration 0003_trust', true);
UPDATE registry_membership SET role = 'auditor' WHERE NOT may_edit;
INSERT INTO registry_membership (user_id, centre_id, role, may_edit)
    SELECT id, NULL, 'administrator', false FROM auth_user WHERE is_superuser;
SET CONSTRAINTS ALL IMMEDIATE;
"""

CHAIN = """
UPDATE registry_change c SET centre_id = coalesce(
    (SELECT p.centre_id FROM registry_patient p WHERE p.id = c.patient_id),
    CASE c.table_name
        WHEN 'registry_centre' THEN c.row_id
        WHEN 'registry_membership' THEN coalesce(c.changes -> 'centre_id' ->> 1, c.changes -> 'centre_id' ->> 0)::bigint
    END);
DO $$
DECLARE
    event record;
    record_before text := '';
    previous bytea;
    grain uuid;
    content bytea;
BEGIN
    FOR event IN SELECT * FROM registry_change ORDER BY table_name, row_id, id LOOP
        IF record_before <> event.table_name || event.row_id THEN
            record_before := event.table_name || event.row_id;
            previous := NULL;
        END IF;
        grain := gen_random_uuid();
        content := sha256(uuid_send(grain) || convert_to(event.changes::text, 'UTF8'));
        UPDATE registry_change SET salt = grain, digest = content, previous_hash = previous,
            hash = sha256(convert_to(jsonb_build_array(encode(previous, 'hex'), event.table_name, event.row_id,
                event.patient_id, event.centre_id, event.operation,
                to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), event.actor, NULL, NULL, NULL,
                event.database_user, event.transaction_id, encode(content, 'hex'))::text, 'UTF8'))
        WHERE id = event.id RETURNING hash INTO previous;
    END LOOP;
END $$;
"""
