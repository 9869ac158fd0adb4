"""Events of releases that knew no hashes, linked once by the migration that brought the hashes.

The SQL stands between the new columns and the constraint that a chain never forks. It needs no function
of the guard, which is laid after all migrations, and takes away the triggers that the guard replaces.
"""

CHAIN = """
DROP TRIGGER IF EXISTS history_is_append_only ON registry_change;
DROP TRIGGER IF EXISTS history_is_never_emptied ON registry_change;
UPDATE registry_change c SET salt = gen_random_uuid(), centre_id = coalesce(
    (SELECT centre_id FROM registry_patient p WHERE p.id = c.patient_id),
    CASE WHEN table_name = 'registry_centre' THEN row_id END);
UPDATE registry_change SET digest = sha256(uuid_send(salt) || convert_to(changes::text, 'UTF8'));
DO $$
DECLARE
    one record;
    before record;
BEGIN
    FOR one IN SELECT * FROM registry_change ORDER BY table_name, row_id, id LOOP
        IF before IS NULL OR before.table_name <> one.table_name OR before.row_id <> one.row_id THEN
            one.previous_hash := NULL;
        ELSE
            one.previous_hash := before.hash;
        END IF;
        one.hash := sha256(convert_to(jsonb_build_array(encode(one.previous_hash, 'hex'), one.table_name,
            one.row_id, one.patient_id, one.centre_id, one.operation,
            to_char(one.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), one.actor, one.reason, one.channel,
            one.request_id, one.database_user, one.transaction_id, encode(one.digest, 'hex'))::text, 'UTF8'));
        UPDATE registry_change SET previous_hash = one.previous_hash, hash = one.hash WHERE id = one.id;
        before := one;
    END LOOP;
END $$;
"""
