"""Browser pages for journeys: sizes, one visitor per page, a list of what the browser complained about."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

WAIT_MS = 15_000


@dataclass(frozen=True)
class Device:
    name: str
    width: int
    height: int
    touch: bool


PHONE = Device("phone", 360, 740, touch=True)
DESKTOP = Device("desktop", 1280, 900, touch=False)


@dataclass(frozen=True)
class Way:
    """How a visitor comes: on which device, with or without JavaScript."""

    device: Device
    javascript: bool


@dataclass
class Pages:
    """Opens pages and collects complaints (script errors, policy violations, foreign hosts, failed loads)."""

    browser: Browser
    url: str
    folder: Path
    test_name: str
    expected: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, device: Device, *, javascript: bool = True, **options: Any) -> Page:
        """A page of a new visitor (own cookies). Addresses may be written from the root: goto("/hilfe/")."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": device.width, "height": device.height},
            device_scale_factor=2 if device.touch else 1,
            has_touch=device.touch,
            is_mobile=device.touch,
            java_script_enabled=javascript,
            **{"locale": "de-DE", "timezone_id": "Europe/Berlin", **options},
        )
        context.set_default_timeout(WAIT_MS)
        self.contexts.append(context)
        context.on("request", self._request)
        context.on("page", self._watch)
        return context.new_page()

    def expect(self, pattern: str) -> None:
        """Name a complaint that belongs to the test, as a regular expression."""
        self.expected.append(pattern)

    def shot(self, page: Page, name: str) -> Path:
        """A picture of the whole page in var/screenshots/<file of the test>/, to be looked at."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / re.sub(r"[^\w.-]+", "_", f"{self.test_name}-{name}.png")
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.heard if not any(re.search(known, line) for known in self.expected)]

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            where = message.location.get("url", "")
            self.heard.append(f"console {message.type}: {message.text} ({where})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.heard.append(f"request to another host: {request.url}")
