"""The production set-up, proved without a Docker engine: what the files say, and that each command starts."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from portal import processes
from tests import files, production
from tests.servers import Redis, database_url

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = [name for name, service in SERVICES.items() if "build" in service]
each_service = pytest.mark.parametrize("name", SERVICES)


def dockerfile(instruction: str) -> list[str]:
    """The arguments of every such instruction in the last stage, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE).split("\nFROM ")[-1]
    return re.findall(rf"^{instruction}\s+(.+)$", text, re.MULTILINE)


def words(command: str | list[str]) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else list(command)


def command_of(name: str) -> list[str]:
    """What a service runs: its command, or the one of the image."""
    return words(SERVICES[name].get("command") or json.loads(dockerfile("CMD")[0]))


def here(command: list[str], *swaps: tuple[str, str]) -> list[str]:
    """The same command with the programs of this environment and, where named, other addresses."""
    command = [dict(swaps).get(word, word) for word in command]
    if command[0] == "python":
        return [sys.executable, *command[1:]]
    return [sys.executable, "-m", *command]


# --- what the files say ---


def test_compose_has_every_part_of_the_portal() -> None:
    assert {"web", "worker", "sweeper", "migrate", "postgres", "redis", "clamd", "mailcatcher"} <= set(
        SERVICES
    )
    assert SERVICES["mailcatcher"]["profiles"] == ["dev"]
    assert SERVICES["watcher"]["profiles"] == ["mailroom"]
    chosen = {name for name, service in SERVICES.items() if service.get("profiles")}
    assert chosen == {"mailcatcher", "watcher"}


@each_service
def test_service_names_an_image_of_a_fixed_version_or_is_built_here(name: str) -> None:
    service = SERVICES[name]
    if name in OURS:
        assert service["build"] == "."
    else:
        assert re.fullmatch(r"[\w/.-]+:v?\d[\w.-]*", service["image"]), service["image"]


@each_service
def test_service_has_a_health_check(name: str) -> None:
    if name == "migrate":  # ends by itself; that it ended well is what the others wait for
        waiting = [other for other in OURS if other != "migrate"]
        conditions = {SERVICES[other]["depends_on"]["migrate"]["condition"] for other in waiting}
        assert conditions == {"service_completed_successfully"}
    else:
        assert len(SERVICES[name]["healthcheck"]["test"]) > 1


@each_service
def test_service_does_not_run_as_root(name: str) -> None:
    assert str(SERVICES[name].get("user", "root")).split(":")[0] not in ("root", "0", "")


def test_image_does_not_run_as_root() -> None:
    assert dockerfile("USER") == ["angekommen"]
    assert "--uid 10001" in DOCKERFILE
    assert {SERVICES[name]["user"] for name in OURS} == {"10001:10001"}


@each_service
def test_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] in ("unless-stopped", "on-failure:5")
    if name != "clamd":  # its start script writes its own configuration
        assert service["read_only"] is True


@each_service
def test_service_holds_no_secret(name: str) -> None:
    service = SERVICES[name]
    for variable, value in (service.get("environment") or {}).items():
        if re.search(r"SECRET|PASSWORD|KEY|TOKEN|DATABASE_URL", variable):
            assert variable.endswith("_FILE"), variable
            assert str(value).removeprefix("/run/secrets/") in service["secrets"]
        assert not re.search(r"://[^/\s]*:[^/\s]*@", str(value)), f"{variable} holds a password"


def test_secrets_are_files_that_git_and_the_image_leave_out() -> None:
    assert COMPOSE["secrets"]
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    assert not [line for line in ignored if line.startswith("!") and re.search(r"secret|\.env|var", line)]


def test_only_loopback_ports_are_published_and_the_database_is_cut_off() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_everything_that_arrived_is_on_a_volume() -> None:
    assert any(volume.startswith("postgres:") for volume in SERVICES["postgres"]["volumes"])
    used = {v.split(":")[0] for service in SERVICES.values() for v in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_postgres_is_told_to_be_durable() -> None:
    for setting in ("fsync=on", "full_page_writes=on", "synchronous_commit=on"):
        assert setting in command_of("postgres")


def test_variables_of_compose_are_explained_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)", text))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert used == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_image_holds_every_folder_the_portal_reads() -> None:
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for name in ("portal", "channels", "casework", "templates", "static", "locale", "bin/health"):
        assert f"!{name}\n" in kept


# --- every command starts, with production settings and the secrets as files ---


@pytest.fixture(scope="module")
def secret_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What bin/make-secrets makes for an office."""
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run([ROOT / "bin/make-secrets", folder], check=True, stdout=subprocess.DEVNULL)
    assert {path.name for path in folder.iterdir()} == set(COMPOSE["secrets"])
    return folder


@pytest.fixture
def office(transactional_db: None, secret_files: Path, tmp_path: Path, redis_server: Redis) -> dict[str, str]:
    """The environment of the containers: secrets as files, this test's database and Redis."""
    address = tmp_path / "database_url"
    address.write_text(database_url(), encoding="utf-8")
    environment = production.environment("", CELERY_BROKER_URL=redis_server.url, ANGEKOMMEN_VAR=str(tmp_path))
    for name in ("DATABASE_URL", "SECRET_KEY", "REGISTER_KEY"):
        del environment[name]
    return {
        **environment,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL_FILE": str(address),
        "SECRET_KEY_FILE": str(secret_files / "secret_key"),
        "REGISTER_KEY_FILE": str(secret_files / "register_key"),
    }


def run(command: list[str], environment: dict[str, str]) -> str:
    """Run to the end; fail with its output if it does not end well."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def wait_for(condition: Any, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


def test_make_secrets_keeps_what_is_there(secret_files: Path) -> None:
    before = {path.name: path.read_bytes() for path in secret_files.iterdir()}
    subprocess.run([ROOT / "bin/make-secrets", secret_files], check=True, stdout=subprocess.DEVNULL)
    assert {path.name: path.read_bytes() for path in secret_files.iterdir()} == before
    assert secret_files.stat().st_mode & 0o077 == 0
    password = before["postgres_password"].strip()
    assert password in before["database_url"]


def test_migrate_runs_on_production_settings(office: dict[str, str], tmp_path: Path) -> None:
    """On an empty database, twice: the container runs at every start."""
    shell, option, line = command_of("migrate")
    assert (shell, option) == ("sh", "-c")
    url = database_url()
    fresh = f"compose_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {fresh}")
    try:
        address = tmp_path / "fresh_url"
        address.write_text(psycopg.conninfo.make_conninfo(url, dbname=fresh), encoding="utf-8")
        environment = {**office, "DATABASE_URL_FILE": str(address)}
        for _ in range(2):
            for part in line.split("&&"):
                run(here(words(part)), environment)
        with psycopg.connect(url, dbname=fresh) as connection:
            row = connection.execute(
                "SELECT count(*) FROM django_migrations WHERE app = 'casework'"
            ).fetchone()
            assert row is not None
            assert row[0] > 0
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {fresh} WITH (FORCE)")


def test_web_answers_its_health_check_on_production_settings(office: dict[str, str], tmp_path: Path) -> None:
    run([sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"], office)
    port = processes.free_port()
    log = tmp_path / "web.log"
    command = here(command_of("web"), ("0.0.0.0:8000", f"127.0.0.1:{port}"))
    assert f"127.0.0.1:{port}" in command
    health = SERVICES["web"]["healthcheck"]["test"]
    assert health[0] == "CMD"
    check = here(health[1:])
    with log.open("wb") as output:
        process = processes.start(command, office, output)
    try:
        ask = {**office, "PORT": str(port)}

        def healthy() -> bool:
            return subprocess.run(check, cwd=ROOT, env=ask, capture_output=True, check=False).returncode == 0

        wait_for(healthy, process, log)
        strange = {**ask, "ALLOWED_HOSTS": "somebody-else.example"}
        assert subprocess.run(check, cwd=ROOT, env=strange, capture_output=True, check=False).returncode == 1
    finally:
        processes.stop(process)
    assert subprocess.run(check, cwd=ROOT, env=ask, capture_output=True, check=False).returncode == 1


def test_worker_answers_a_ping_on_production_settings(office: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        process = processes.start(here(command_of("worker")), office, output)
    kind, line = SERVICES["worker"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    ping = here(words(line.replace("$$HOSTNAME", os.uname().nodename)))
    try:
        wait_for(lambda: b"ready." in log.read_bytes(), process, log)
        assert "pong" in run(ping, office)
        assert "casework.tasks.run_effect" in log.read_text() or "run_effect" in run(
            [sys.executable, "-m", "celery", "-A", "portal.celery", "inspect", "registered"], office
        )
    finally:
        processes.stop(process)


def test_sweeper_sweeps_and_its_health_check_is_content(office: dict[str, str], tmp_path: Path) -> None:
    command = here(command_of("sweeper"))
    run([*command, "--once"], office)
    log = tmp_path / "sweeper.log"
    with log.open("wb") as output:
        process = processes.start(command, office, output)
    try:
        assert "nothing waits" in run(here(SERVICES["sweeper"]["healthcheck"]["test"][1:]), office)
        assert process.poll() is None, log.read_text()
    finally:
        processes.stop(process)
    assert process.returncode in (0, -signal.SIGTERM)


def test_watcher_takes_in_what_lies_in_its_folder(office: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "posteingang"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(files.pdf())
    log = tmp_path / "watcher.log"
    with log.open("wb") as output:
        environment = {**office, "MAIL_FOLDER": str(folder)}
        process = processes.start(here(command_of("watcher")), environment, output)
    try:
        wait_for(lambda: b"taken: scan.pdf" in log.read_bytes(), process, log)
        assert not (folder / "scan.pdf").exists()
        assert SERVICES["watcher"]["environment"]["MAIL_FOLDER"] in dockerfile("RUN")[0]
    finally:
        processes.stop(process)
