"""`evalkit demo-bot`: serve the demo bot until Ctrl-C."""

from __future__ import annotations

import click


@click.command(name="demo-bot")
@click.option("--release", default="1.4", show_default=True, help="Which release to serve.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
def command(*, release: str, host: str, port: int) -> int:
    """Serve the demo bot: its own JSON at /chat, OpenAI-compatible at /v1/chat/completions."""
    import time

    from evalkit.demo.server import serving
    from evalkit.demo.shop import open_release

    with serving(open_release(release), host=host, port=port) as address:
        click.echo(f"demo bot {release} at {address}/chat and {address}/v1/chat/completions; Ctrl-C stops it")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            click.echo("stopped")
    return 0
