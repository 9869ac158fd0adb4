"""Events of releases that knew no hashes, linked once by the migration that brought the hashes.

The SQL stands between the new columns and the constraint that a chain never forks. It needs no function
of the guard, which is laid after all migrations, and takes away the triggers that the guard replaces.
"""

CHAIN = """
DROP TRIGGER IF EXISTS history_is_append_only ON registry_change;
DROP TRIGGER IF EXISTS history_is_never_emptied ON registry_change;
UPDATE registry_change c SET salt = gen_random_uuid(), centre_id = coalesce(
    (SELECT centre_id FROM registry_patient p WHERE p.id = c.patient_id),
    CASE table_name WHEN 'registry_centre' THEN row_id WHEN 'registry_membership'
        THEN coalesce(changes -> 'centre_id' ->> 1, changes -> 'centre_id' ->> 0)::bigint END);
DO $$
DECLARE
    one record;
    row_before text := '';
    previous bytea;
    content bytea;
BEGIN
    FOR one IN SELECT * FROM registry_change ORDER BY table_name, row_id, id LOOP
        IF row_before <> one.table_name || one.row_id THEN
            row_before := one.table_name || one.row_id;
            previous := NULL;
        END IF;
        content := sha256(uuid_send(one.salt) || convert_to(one.changes::text, 'UTF8'));
        UPDATE registry_change SET digest = content, previous_hash = previous,
            hash = sha256(convert_to(jsonb_build_array(encode(previous, 'hex'), one.table_name, one.row_id,
                one.patient_id, one.centre_id, one.operation,
                to_char(one.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), one.actor, one.reason,
                one.channel, one.request_id, one.database_user, one.transaction_id,
                encode(content, 'hex'))::text, 'UTF8'))
        WHERE id = one.id RETURNING hash INTO previous;
    END LOOP;
END $$;
"""
