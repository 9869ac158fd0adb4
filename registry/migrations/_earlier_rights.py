"""The rights of the release before, as roles (0003_trust): who might edit enters data, who might only look
is an auditor of the centre, and superusers are administrators, who see no case by being so."""

ROLES = """
SELECT set_config('registry.actor', 'migration 0003_trust', true);
ALTER TABLE registry_membership DISABLE TRIGGER USER;  -- the new column is told as a whole after the migrations
UPDATE registry_membership SET role = 'auditor' WHERE NOT may_edit;
ALTER TABLE registry_membership ENABLE TRIGGER USER;
INSERT INTO registry_membership (user_id, centre_id, role, may_edit)
    SELECT id, NULL, 'administrator', false FROM auth_user WHERE is_superuser;
SET CONSTRAINTS ALL IMMEDIATE;
"""
