"""`evalkit ui`: the dashboards, on this machine's own address unless people have to sign in."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, store_option

_LIGHT = {
    "primaryColor": "#0072B2", "backgroundColor": "#ffffff", "secondaryBackgroundColor": "#f5f6f8",
    "textColor": "#1c2126", "borderColor": "#e3e7eb", "linkColor": "#0072B2",
}  # fmt: skip
_DARK = {
    "primaryColor": "#56B4E9", "backgroundColor": "#14181c", "secondaryBackgroundColor": "#1b2026",
    "textColor": "#e6e9ec", "borderColor": "#323a42", "linkColor": "#56B4E9",
}  # fmt: skip
_OPTIONS = {
    "server.headless": "true",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "server.fileWatcherType": "none",
    "runner.magicEnabled": "false",
    "server.maxUploadSize": "4",
    "theme.baseRadius": "medium",
    "theme.showWidgetBorder": "true",
    "theme.baseFontSize": "15",
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}


@click.command(name="ui")
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--address", default="127.0.0.1", show_default=True, help="Another address needs --login or --oidc.")
@click.option(
    "--login", "way", flag_value="accounts", help="People sign in with local accounts (evalkit review account)."
)
@click.option("--oidc", "way", flag_value="oidc", help="People sign in by OpenID Connect (.streamlit/secrets.toml).")
@click.option("--proxy-header", help="A reverse proxy on this machine names the person in this header.")
@click.option(
    "--satisfaction",
    "card",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The satisfaction model whose card the agreement page shows (default: satisfaction.json, where it is).",
)
@click.option("--accounts", default=".evalkit/accounts.json", show_default=True, type=click.Path(path_type=Path))
@config_option
@store_option
def command(
    *, port: int, address: str, way: str | None, proxy_header: str | None, card: Path | None, accounts: Path,
    config_path: Path | None, store_at: str | None,
) -> int:  # fmt: skip
    """Open the dashboards on 127.0.0.1; nothing leaves the machine."""
    import importlib.util
    import os
    import subprocess
    import sys

    import msgspec

    from evalkit.errors import InputError
    from evalkit.resources import folder
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    if importlib.util.find_spec("streamlit") is None:
        raise InputError("the dashboards need Streamlit: pip install 'support-evalkit[ui]'")
    access = _access(address, way, proxy_header, accounts)
    config = load_config(config_path)
    where = store_at or config.store
    Store.open(where, create=False).close()
    options = {"server.address": address, "server.port": str(port), **_OPTIONS}
    shown = f"[{address}]" if ":" in address else address
    click.echo(f"dashboards at http://{shown}:{port}; Ctrl-C stops them")
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    command_ = [sys.executable, "-m", "streamlit", "run", str(folder("dashboards") / "app.py"), *flags]
    environment = {
        **os.environ,
        "EVALKIT_STORE": str(where),
        "EVALKIT_ACCESS": access,
        "EVALKIT_ACCOUNTS": str(accounts),
        "EVALKIT_POLICY": msgspec.json.encode(config.policy).decode(),
        "EVALKIT_SATISFACTION": _card(card or Path("satisfaction.json")),
    }
    try:
        return subprocess.run(command_, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


def _card(path: Path) -> str:
    """The card of a satisfaction model as JSON, "" where there is none: the pages know no scorers."""
    import msgspec

    from evalkit.scorers.satisfaction_model import load

    if not path.exists():
        return ""
    model = load(path)
    return msgspec.json.encode(
        {**msgspec.to_builtins(model.card), "shown": model.card.shown, "hash": model.hash}
    ).decode()


def _access(address: str, way: str | None, proxy_header: str | None, accounts: Path) -> str:
    from evalkit.errors import InputError
    from evalkit.review.access import is_loopback, read_accounts

    if way is not None and proxy_header is not None:
        raise InputError("--proxy-header beside --login or --oidc: choose one way of signing in")
    if not is_loopback(address):
        if proxy_header is not None:
            raise InputError(
                f"--proxy-header with address {address}: anybody who reaches it could claim to be anyone;"
                " keep 127.0.0.1 and let the proxy listen outside"
            )
        if way is None:
            raise InputError(
                f"address {address} can be reached from other machines; let people sign in (--login with accounts of"
                " `evalkit review account NAME`, or --oidc), or put a reverse proxy before 127.0.0.1 (--proxy-header)"
            )
    if way == "accounts" and not read_accounts(accounts):
        raise InputError(f"--login: no account in {accounts} yet; `evalkit review account NAME --role admin` makes one")
    return f"proxy:{proxy_header}" if proxy_header is not None else way or "loopback"
