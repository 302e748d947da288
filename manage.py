#!/usr/bin/env python
"""Django's command line for Angekommen."""

import os
import sys

from portal.embedded import ensure_database_url
from portal.env import SettingError

# These need no database: they run where none can be started.
WITHOUT_DATABASE = {"compilemessages", "makemessages", "collectstatic", "help", "version", "--help"}
# These measure on invented people and papers in a database of their own: nobody has to make secrets for that.
MEASURING = {"bench_persons", "bench_documents"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in MEASURING:
        os.environ.setdefault("ANGEKOMMEN_MODE", "demo")
    if command in WITHOUT_DATABASE:
        os.environ.setdefault("DATABASE_URL", "postgres:///none")
    else:
        ensure_database_url()
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"Setting: {error}. For trying things out: ANGEKOMMEN_MODE=demo")


if __name__ == "__main__":
    main()
