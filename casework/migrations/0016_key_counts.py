"""How many people have a key, and the search that follows the rare ones first."""

from django.db import migrations, models

# A function, so that its plan is made once and never is a walk through the whole table: the planner cannot know
# how rare single keys are and would take that for cheaper.
SEARCH = """
CREATE FUNCTION casework_entries_like(asked int[], budget int, few int, too_common int)
RETURNS TABLE (id bigint, person_id bigint, submission_id bigint, may_be bigint[], keys int[])
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    followed int[];
BEGIN
    SELECT array_agg(key) INTO followed FROM (
        SELECT key, sum(people) OVER (ORDER BY people, key) - people AS before FROM (
            SELECT one.key, coalesce(common.people, few) AS people
            FROM unnest(asked) AS one(key) LEFT JOIN casework_commonkey common ON common.key = one.key
        ) counted WHERE people <= too_common
    ) ordered WHERE before < budget;
    RETURN QUERY
        SELECT entry.id, entry.person_id, entry.submission_id, entry.may_be, entry.keys
        FROM casework_matchentry entry WHERE entry.keys && followed;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0015_pages_of_a_key")]

    operations = [
        # Made anew by `manage.py index_people`; until then no key counts as common.
        migrations.RunSQL("DELETE FROM casework_commonkey", migrations.RunSQL.noop),
        migrations.AddField("commonkey", "people", models.PositiveIntegerField()),
        migrations.RunSQL(
            SEARCH, "DROP FUNCTION casework_entries_like(int[], int, int, int)"
        ),
    ]
