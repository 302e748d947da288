"""Freeze the log and the register, keep bytes out of line, and make the register's head."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION casework_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is frozen: rows are only added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- TRUNCATE is what tests flush with; only they open this switch (see portal/settings.py).
CREATE FUNCTION casework_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('angekommen.flush', true), '') <> 'on' THEN
    RAISE EXCEPTION '% is frozen: rows are only added', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON casework_event
  FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER frozen_truncate BEFORE TRUNCATE ON casework_event
  FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_truncate();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON casework_registerentry
  FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER frozen_truncate BEFORE TRUNCATE ON casework_registerentry
  FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_truncate();
"""

THAW = """
DROP TRIGGER frozen ON casework_event;
DROP TRIGGER frozen_truncate ON casework_event;
DROP TRIGGER frozen ON casework_registerentry;
DROP TRIGGER frozen_truncate ON casework_registerentry;
DROP FUNCTION casework_refuse_change();
DROP FUNCTION casework_refuse_truncate();
"""

# Photographs and PDFs do not compress; compressing them again only costs time.
EXTERNAL = """
ALTER TABLE casework_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE casework_page ALTER COLUMN picture SET STORAGE EXTERNAL;
ALTER TABLE casework_page ALTER COLUMN thumbnail SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        migrations.RunSQL(FREEZE, THAW),
        migrations.RunSQL(EXTERNAL, migrations.RunSQL.noop),
    ]
