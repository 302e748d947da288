"""`make demo` and `make run`: the whole portal on one machine, in one terminal, until Ctrl-C."""

import os
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections

from casework.models import Submission, User
from portal import processes
from portal.checks import durability_problems
from portal.demo.cast import PASSWORD

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  recognised, not used
RULE = "─" * 78


class Stop(Exception):
    """Somebody asked the command to end."""


class Command(BaseCommand):
    help = "Migrate, fill an empty database with the demo, run web server and worker until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-seed", action="store_true", help="leave the database as it is")
        parser.add_argument("--stage", help="which part of the demo to fill an empty database with")

    def handle(self, *args: Any, no_seed: bool, stage: str | None, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This command is for one machine. In production use docker-compose.yml.")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop_now)
        try:
            self.prepare(seed=not no_seed, stage=stage)
            self.run(logins=not no_seed)
        except Stop:
            self.say("Stopped. Everything that arrived is in the database.")

    def prepare(self, *, seed: bool, stage: str | None) -> None:
        """Bring the database up to date; refuse one that could lose what it has confirmed."""
        problems = durability_problems(connection)
        if problems:
            raise CommandError("\n".join([*problems, "A receipt would not be safe here."]))
        self.say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder
        if seed and not (User.objects.exists() or Submission.objects.exists()):
            self.say("Filling the empty database with the demo …")
            call_command("seed", **({"stage": stage} if stage else {}))

    def run(self, *, logins: bool) -> None:
        """Run web server and worker beside each other until told to stop."""
        host = os.environ.get("HOST") or "127.0.0.1"
        wanted = int(os.environ.get("PORT") or 8000)
        port = processes.free_port(host, wanted)
        if port != wanted:
            self.say(f"Port {wanted} is taken, using {port}.")
        url = f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{port}"
        environment = {**os.environ, "PUBLIC_URL": os.environ.get("PUBLIC_URL") or url}
        keeper = processes.Keeper(
            {
                "web server": processes.web_command(host, port),
                "worker": processes.manage_command("work"),
                "watcher": processes.manage_command("watch_folder"),
            },
            environment,
        )
        try:
            keeper.start_all()
            try:
                processes.wait_until_healthy(url, keeper.running["web server"])
            except RuntimeError as error:
                raise CommandError(str(error)) from None
            self.say(welcome(url, logins=logins))
            connections.close_all()
            while True:
                time.sleep(0.5)
                for sentence in keeper.look():
                    self.say(sentence)
        finally:
            # A second Ctrl-C must not interrupt the tidying up.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            keeper.stop_all()

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def stop_now(number: int, frame: object) -> None:
    raise Stop


def welcome(url: str, *, logins: bool) -> str:
    """What to open and how to sign in."""
    lines = [
        RULE,
        f"Angekommen runs at {url}/",
        "",
        f"  Apply or send papers    {url}/",
        f"  Did it arrive?          {url}/status/",
        f"  Staff sign in           {url}/konto/login/",
        f"  Drop a scan (PDF) into  {settings.MAIL_FOLDER}",
    ]
    if logins:
        known = User.objects.filter(claimant=False).order_by("pk")[:12]
        staff = [user for user in known if user.check_password(PASSWORD)]
        width = max((len(str(user.email)) for user in staff), default=0)
        if staff:
            lines += ["", f"Staff of the demo (password for all: {PASSWORD})", ""]
            lines += [f"  {user.email:<{width}}  {user}, {', '.join(user.roles)}" for user in staff]
        receipts = Submission.objects.filter(person__birth_date__isnull=False).select_related("person")
        examples = [
            f"  {submission.number}  born {submission.person.birth_date:%d.%m.%Y}  ({submission.channel})"
            for submission in receipts.order_by("pk")[:3]
            if submission.person and submission.person.birth_date
        ]
        if examples:
            lines += ["", "Receipts to look up", "", *examples]
    return "\n".join([*lines, "", "Ctrl-C stops everything; the data stays.", RULE])
