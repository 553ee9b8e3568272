"""What a user installs: the wheel, away from any checkout, carries everything that the verbs need."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    root = Path(__file__).parent.parent
    build = (
        "import sys; from hatchling.builders.wheel import WheelBuilder as Builder;"
        "print(next(Builder(sys.argv[1]).build(directory=sys.argv[2])))"
    )
    subprocess.run([sys.executable, "-c", build, str(root), str(out)], check=True, capture_output=True, text=True)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_packaged_folders_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("evalkit/_data/suites/demo/", "evalkit/_data/fixtures/demo/", "evalkit/_data/dashboards/"):
        assert any(name.startswith(wanted) for name in names), wanted
    assert not [name for name in names if name.startswith(("tests/", "fixtures/", "evalkit/_data/fixtures/labelled"))]


@pytest.mark.slow
def test_the_demo_runs_from_the_wheel_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "v", with_pip=False, symlinks=True)
    python = tmp_path / "v" / "bin" / "python"
    home = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], check=True, capture_output=True, text=True
    ).stdout.strip()
    zipfile.ZipFile(wheel).extractall(home)
    # The dependencies come from this environment; evalkit itself only from the wheel.
    here = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    Path(home, "_shared.pth").write_text(f"{here}\n")
    work = tmp_path / "work"
    work.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    where = subprocess.run(
        [python, "-P", "-c", "import evalkit; print(evalkit.__file__)"],
        cwd=work, env=environment, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert where.startswith(home)
    demo = subprocess.run(
        [python, "-P", "-c", "from evalkit.cli import main; main()", "demo"],
        cwd=work, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert demo.returncode == 0, demo.stdout + demo.stderr
