"""Who is there: this machine's own user, a local account, a reverse proxy's word, or OIDC; and what they may see."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from dashboards.kit.frame import guarded, store
from dashboards.kit.texts import t
from evalkit.model import Conversation
from evalkit.review.access import Attempts, Person, from_proxy, read_accounts, sign_in, unmask


def person() -> Person:
    """The person before the screen; call it after `signed_in`."""
    found: Person = st.session_state["person"]
    return found


def signed_in() -> bool:
    """True when the person is known; else the way in is drawn."""
    way, _, detail = os.environ.get("EVALKIT_ACCESS", "loopback").partition(":")
    if way == "loopback":
        st.session_state["person"] = Person(name=_user(), role="admin", by="loopback")
        return True
    if way == "proxy":
        return _by_proxy(detail)
    if way == "oidc":
        return _by_oidc()
    return "person" in st.session_state or _form()


def who() -> None:
    """Who is signed in, at the foot of the side bar."""
    one = person()
    with st.sidebar:
        st.caption(t("access.who", name=one.name, role=t(f"access.role.{one.role}")))
        if one.by == "oidc" and st.button(t("access.out"), type="tertiary"):
            st.logout()
        if one.by == "account" and st.button(t("access.out"), type="tertiary"):
            st.session_state.clear()
            st.rerun()


def in_clear(talk: Conversation) -> bool:
    """Whether this person sees this conversation in clear now; a reason opens it for a while, and is kept."""
    until: dict[str, datetime] = st.session_state.setdefault("clear", {})
    now = datetime.now(UTC)
    if talk.id in until and until[talk.id] > now:
        minutes = int((until[talk.id] - now).total_seconds() // 60) + 1
        st.warning(t("access.clear", minutes=minutes), icon=None)
        return True
    if not person().may_review:
        st.caption(t("access.masked"))
        return False
    with st.popover(t("access.unmask"), type="tertiary"), st.form(f"unmask-{talk.id}", border=False):
        reason = st.text_input(t("access.reason"), key=f"reason-{talk.id}", help=t("access.reason_help"))
        if st.form_submit_button(t("access.unmask_now")):
            until[talk.id] = guarded(lambda: unmask(store(), person(), talk.id, reason or "", now=now))
            st.rerun()
    return False


def _form() -> bool:
    _, middle, _ = st.columns([1, 2, 1])
    with middle, st.form("sign-in"):
        st.subheader("evalkit")
        name = st.text_input(t("access.name"), key="sign-in-name")
        password = st.text_input(t("access.password"), type="password", key="sign-in-password")
        if st.form_submit_button(t("access.in"), type="primary"):
            now = datetime.now(UTC)
            if _attempts().blocked(name or "", now):
                st.error(t("access.blocked"))
                return False
            found = guarded(lambda: sign_in(read_accounts(_accounts()), name or "", password or ""))
            if found is None:
                _attempts().failed(name or "", now)
                st.error(t("access.wrong"))
                return False
            st.session_state["person"] = found
            st.rerun()
    return False


@st.cache_resource(show_spinner=False)
def _attempts() -> Attempts:
    return Attempts()


def _by_proxy(header: str) -> bool:
    found = guarded(lambda: from_proxy(dict(st.context.headers), header, read_accounts(_accounts())))
    if found is None:
        st.error(t("access.no_proxy", header=header))
        return False
    st.session_state["person"] = found
    return True


def _by_oidc() -> bool:
    if not st.user.get("is_logged_in"):
        _, middle, _ = st.columns([1, 2, 1])
        with middle, st.container(border=True):
            st.subheader("evalkit")
            if st.button(t("access.in"), type="primary"):
                st.login()
        return False
    # An address that the provider has not seen proven is anybody's claim: it opens no account.
    proven = st.user.get("email_verified") is not False
    name = str((st.user.get("email") if proven else None) or st.user.get("sub"))
    account = read_accounts(_accounts()).get(name)
    st.session_state["person"] = Person(name=name, role=account.role if account else "viewer", by="oidc")
    return True


def _accounts() -> Path:
    return Path(os.environ.get("EVALKIT_ACCOUNTS", ".evalkit/accounts.json"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "local"
