"""A real browser before a real server: Debian's Chromium, headless, and the dashboards as `evalkit ui` starts them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as TimeoutError_

from tests.programs import free_port

WAIT_MS = 45_000
_FLAGS = (
    "--no-sandbox", "--disable-background-networking", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--no-default-browser-check",
)  # fmt: skip
SHOTS = os.environ.get("EVALKIT_SCREENSHOTS")
_CALM = """() => {
  const boxes = [...document.querySelectorAll('[data-testid], svg, canvas')].map(e => {
    const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height].map(Math.round);
  });
  const seen = JSON.stringify([document.body.innerText, boxes]);
  window.ekSame = seen === window.ekSeen ? window.ekSame + 1 : 0;
  window.ekSeen = seen;
  const ends = a => a.playState === 'running' && a.effect.getComputedTiming().endTime !== Infinity;
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  return window.ekSame >= 3 && !document.getAnimations().some(ends) && charts.every(c => c.querySelector('svg, canvas'));
}"""


@contextmanager
def serving(where: Path | str, *words: str, port: int | None = None, cwd: Path | None = None) -> Iterator[str]:
    """The address of the dashboards over a store."""
    port = port or free_port()
    command = [
        sys.executable,
        "-c",
        "from evalkit.cli import main; main()",
        "ui",
        "--port",
        str(port),
        "--store",
        str(where),
        *words,
    ]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd=cwd
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; skips where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """One person's window, and what the browser complained about while they worked."""

    def __init__(self, browser: Any, address: str, *, scheme: str = "light", width: int = 1360) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.outside: list[str] = []
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB")
        self.page = context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, path: str = "") -> None:
        """Open an address and wait until the page stands."""
        self.page.goto(f"{self.address}/{path}")
        self.settled()

    def settled(self) -> None:
        """Wait until the script has run to its end and something can be read."""
        self.page.wait_for_selector(".ek-lead, .ek-talk, [data-testid=stForm], [data-testid=stAlert]")
        self.page.wait_for_function("() => !document.querySelector('[data-test-script-state=running]')")

    def calm(self) -> None:
        """Wait until every chart is drawn, nothing moves, and four looks in a row have seen the same."""
        self.page.evaluate("() => { window.ekSeen = null; }")
        self.page.wait_for_function(_CALM, polling=80)

    def visit(self, title: str) -> None:
        """Go to a page by the menu."""
        self.page.get_by_test_id("stSidebarNavLink").get_by_text(title, exact=True).click()
        self.page.wait_for_function(
            "t => [...document.querySelectorAll('[data-testid=stSidebarNavLink][aria-current=page]')].some(a => a.innerText.trim() === t)",
            arg=title,
        )
        self.settled()

    def sign_in(self, name: str, password: str) -> None:
        """Fill in the form."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_selector(".ek-lead")

    def press(self, key: str, *, until: str) -> None:
        """Press a key and wait until a text stands on the page."""
        wanted = self.page.get_by_text(until).first
        for _ in range(3):
            self.page.keyboard.press(key)
            try:
                wanted.wait_for(timeout=WAIT_MS / 3)
                return
            except TimeoutError_:
                # On a busy machine a key may come before its button listens; nothing was answered then.
                continue
        wanted.wait_for()

    def shot(self, name: str) -> None:
        """A picture to look at, where a folder for pictures is given."""
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))
