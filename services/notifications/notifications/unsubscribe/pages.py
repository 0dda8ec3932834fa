"""The pages behind an unsubscribe link. They say nothing about the person, and load nothing."""

from __future__ import annotations

from html import escape
from typing import Final

# Braces are doubled for str.format.
_LAYOUT: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --page: #f4f4f1; --card: #fff; --ink: #1d1d1b; --soft: #5c5c57; --act: #1f5c42; --on-act: #fff; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #161615; --card: #222220; --ink: #f1f1ec; --soft: #b3b3ab; --act: #8fd3b4; --on-act: #10231a; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page);
  color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
main {{ width: 100%; max-width: 30rem; padding: 2rem; background: var(--card); border-radius: .75rem; }}
h1 {{ margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }}
p {{ margin: 0 0 1.25rem; }}
p:last-child {{ margin: 0; color: var(--soft); }}
button {{ padding: .75rem 1.25rem; border: 0; border-radius: .5rem; background: var(--act); color: var(--on-act);
  font: inherit; font-weight: 600; cursor: pointer; }}
button:focus-visible {{ outline: 3px solid var(--ink); outline-offset: 2px; }}
form {{ margin: 0 0 1.25rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""

# The form posts to the page's own address at any front. RFC 8058 defines the field.
_ASK: Final = """<p>You will get no more marketing e-mails from {shop}.
Mails about your orders and points still reach you.</p>
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button type="submit">Unsubscribe</button>
</form>
<p>Nothing changes until you press the button.</p>"""

_DONE: Final = """<p>You will get no more marketing e-mails from {shop}. One already on its way may still arrive.</p>
<p>You can agree to them again in your account at any time.</p>"""

_UNKNOWN: Final = """<p>It may have been cut off on its way. Please open the whole link from the mail again.</p>
<p>If it still does not work, answer the mail, and we will take care of it.</p>"""


def ask_page(shop: str) -> str:
    """The page that asks whether to unsubscribe, with the button."""
    return _page("Unsubscribe from e-mails?", _ASK.format(shop=escape(shop)))


def done_page(shop: str) -> str:
    """The page that confirms the withdrawal."""
    return _page("You are unsubscribed", _DONE.format(shop=escape(shop)))


def unknown_page() -> str:
    """The page for a link that is not ours."""
    return _page("This link does not work", _UNKNOWN)


def _page(title: str, body: str) -> str:
    return _LAYOUT.format(title=escape(title), body=body)
