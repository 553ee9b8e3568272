"""The dashboards: who is there, in which language, about which release; then the page that was chosen."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])
if _ROOT not in sys.path:
    # The pages share their parts by `dashboards.kit`, from a checkout and from an installed wheel alike.
    sys.path.insert(0, _ROOT)

import streamlit as st  # noqa: E402

from dashboards.kit import access, frame  # noqa: E402
from dashboards.kit.texts import choose_language, t  # noqa: E402

_PAGES = {
    "group.release": ("overview", "kpis", "conversations", "ai_human"),
    "group.people": ("review", "agreement", "promote"),
    "group.causes": ("escalation", "privacy", "knowledge"),
}


def main() -> None:
    """Draw what all pages share, then the page."""
    st.set_page_config(page_title="evalkit", page_icon="📊", layout="wide")
    frame.style()
    choose_language()
    if not access.signed_in():
        return
    pages = {
        t(group): [
            st.Page(f"views/{name}.py", title=t(f"page.{name}"), url_path=name, default=name == "overview")
            for name in names
        ]
        for group, names in _PAGES.items()
    }
    chosen = st.navigation(pages)
    frame.guarded(lambda: frame.sidebar(chosen.url_path or "overview"))
    access.who()
    chosen.run()


main()
