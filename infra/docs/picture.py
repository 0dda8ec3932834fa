"""Draws the picture of a mail in the README: `python -m infra.docs.picture` writes docs/pictures/welcome-mail.png.

Needs Chromium on the machine (Debian: `apt-get install chromium`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from infra.apps import ROOT
from notifications.templates.models import WELCOME
from notifications.templates.usecases import render_template

PICTURE: Final = ROOT / "docs" / "pictures" / "welcome-mail.png"
_VALUES: Final = {
    "name": "Ada",
    "shop_name": "The Mug",
    "shop_address": "12 Kiln Lane, Stoke",
    "unsubscribe_url": "https://shop.example.com/unsubscribe/…",
}
# The mail's own width of 560 pixels with its margins, and its height at that width.
_SIZE: Final = "640,296"
_OPTIONS: Final = (
    "--headless",
    "--no-sandbox",  # Chromium refuses to run as root with its sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=2",  # sharp on dense screens
)


def main() -> int:
    """The exit status: 1 without Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        page = Path(folder, "mail.html")
        page.write_text(render_template(WELCOME, _VALUES).html, encoding="utf-8")
        where = (f"--user-data-dir={folder}/browser", f"--window-size={_SIZE}", f"--screenshot={PICTURE}")
        subprocess.run([browser, *_OPTIONS, *where, page.as_uri()], check=True, capture_output=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
