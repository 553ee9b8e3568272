"""Both databases: SQLite always, PostgreSQL where one can be started."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalkit.store.store import Store


def _postgres_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").exists() else []
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a throw-away PostgreSQL server on a Unix socket; skips where none can be started."""
    given = os.environ.get("EVALKIT_TEST_POSTGRES")
    if given:
        yield given
        return
    binaries = _postgres_bin()
    if binaries is None:
        pytest.skip("no PostgreSQL on this machine; apt-get install postgresql, or set EVALKIT_TEST_POSTGRES")
    folder = Path(tempfile.mkdtemp(prefix="evalkit-pg-"))
    # initdb refuses to run as root, so a root test drops to the account that Debian's package makes.
    run_as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if run_as:
        if subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode:
            run_as = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            os.chown(folder, 65534, 65534)
        else:
            shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    environment = {**os.environ, "HOME": str(folder)}

    def postgres(*command: str) -> None:
        done = subprocess.run(
            [*run_as, *command], capture_output=True, text=True, check=False, env=environment, cwd=folder
        )
        if done.returncode:
            pytest.skip(f"PostgreSQL cannot be started here: {done.stderr.strip().splitlines()[-1:]}")

    postgres(str(binaries / "initdb"), "-D", str(data), "-U", "evalkit", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    postgres(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql+psycopg://evalkit@/postgres?host={folder}"
    subprocess.run(
        [*run_as, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"],
        capture_output=True,
        check=False,
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.external)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store on each database."""
    if request.param == "sqlite":
        with Store.open(tmp_path / "store.db") as opened:
            yield opened
        return
    import sqlalchemy as sa

    url = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    with Store.open(url) as opened:
        yield opened
