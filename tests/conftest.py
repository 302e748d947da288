"""Fixtures for every test: Redis, the running portal and the browser. All real, none of them optional."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.environment import screenshot_folder
from tests.servers import Portal, Redis

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program(name: str, package: str) -> str:
    """Path of a program the tests need. A missing one is a failure, never a skipped test."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is missing: run 'make setup' or 'sudo apt-get install {package}'", pytrace=False)
    return path


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A real Redis on a free port of this machine, empty, kept in memory only."""
    server = Redis(program("redis-server", "redis-server"), tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def portal_processes(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The web server as a process of its own; the same one for all journeys of a run."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    yield portal
    portal.stop()


@pytest.fixture
def portal_server(transactional_db: None, portal_processes: Portal) -> Iterator[Portal]:
    """The portal as people meet it: HTTP door and worker, on this test's database.

    The test may use Django's models on the same rows. The worker starts with the test and ends before
    the tables are emptied, so that the two cannot lock each other out.
    """
    cache.clear()
    portal_processes.begin()
    yield portal_processes
    portal_processes.finish()
    cache.clear()  # the cache table is not a model's: emptying the models' tables leaves it


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright.

    Playwright's plain API keeps an event loop running in this thread while it is open. Django takes that
    for asynchronous code and refuses the database; it is not, so the guard is off for exactly that time.
    """
    path = program("chromium", "chromium")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    with sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def pages(chromium: Browser, portal_server: Portal, request: pytest.FixtureRequest) -> Iterator[Pages]:
    """Opens pages of any size, one visitor each: pages.open(PHONE), pages.open(DESKTOP, javascript=False).

    After the test every complaint of the browser fails it: script errors, broken loads, violations of the
    content security policy, requests to other hosts. What a test expects it names: pages.expect("404").
    """
    folder = screenshot_folder() / Path(request.node.path).stem
    opened = Pages(chromium, portal_server.url, folder, request.node.name)
    yield opened
    opened.close()
    assert not opened.complaints, "the browser complained:\n" + "\n".join(opened.complaints)


@pytest.fixture
def phone(pages: Pages) -> Page:
    """A phone of 360 x 740 with touch and JavaScript."""
    return pages.open(PHONE)


@pytest.fixture
def desktop(pages: Pages) -> Page:
    """A desktop window of 1280 x 900 with JavaScript."""
    return pages.open(DESKTOP)


@pytest.fixture(
    params=[
        pytest.param(Way(PHONE, javascript=True), id="phone"),
        pytest.param(Way(PHONE, javascript=False), id="phone-without-script"),
        pytest.param(Way(DESKTOP, javascript=True), id="desktop"),
    ]
)
def way(request: pytest.FixtureRequest) -> Way:
    """The ways a web journey has to work: small and large, with JavaScript and without."""
    chosen: Way = request.param
    return chosen


@pytest.fixture
def page(pages: Pages, way: Way) -> Page:
    """One page in each of these ways: a test that uses it runs as often."""
    return pages.open(way.device, javascript=way.javascript)


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    """Each test begins in the office's language, whatever a visitor of the test before it spoke."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
