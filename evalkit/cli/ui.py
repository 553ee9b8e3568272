"""`evalkit ui`: the dashboards on this machine's own address."""

from __future__ import annotations

import click

from evalkit.cli.options import config_option, store_option


@click.command(name="ui")
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65_535))
@config_option
@store_option
def command(*, port: int, config_path: object, store_at: str | None) -> int:
    """Open the dashboards on 127.0.0.1; nothing leaves the machine."""
    import importlib.util
    import os
    import subprocess
    import sys
    from pathlib import Path

    from evalkit.errors import InputError
    from evalkit.resources import folder
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    if importlib.util.find_spec("streamlit") is None:
        raise InputError("the dashboards need Streamlit: pip install 'support-evalkit[ui]'")
    where = store_at or load_config(config_path if isinstance(config_path, Path) else None).store
    Store.open(where, create=False).close()
    page = folder("dashboards") / "overview.py"
    options = {
        "server.address": "127.0.0.1", "server.port": str(port), "server.headless": "true",
        "browser.gatherUsageStats": "false", "client.toolbarMode": "minimal", "server.fileWatcherType": "none",
    }  # fmt: skip
    click.echo(f"dashboards at http://127.0.0.1:{port}; Ctrl-C stops them")
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    command_ = [sys.executable, "-m", "streamlit", "run", str(page), *flags]
    environment = {**os.environ, "EVALKIT_STORE": str(where)}
    try:
        return subprocess.run(command_, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
