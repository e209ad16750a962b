"""`make audit`: known vulnerabilities of every installed package, by pip-audit. Never passes without an answer.

    python tests/audit.py       # exit code 0: all were checked, none is known; 1: some are; 3: not all could be checked

pip-audit itself ends with 0 when an index answers "not found" for everything, as a proxy without advisories does.
Asked for are the versions that `make setup-dev` installed, dependencies included; a build such as 2.13.0+cpu is asked
for as 2.13.0, under which advisories are kept.
"""

import json
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

CLEAN, VULNERABLE, UNCHECKED = 0, 1, 3
OWN = "tunixlib"


def installed() -> list[str]:
    """``name==version`` of every installed package but our own."""
    found = {dist.metadata["Name"]: dist.version.partition("+")[0] for dist in distributions()}
    return sorted(f"{name}=={version}" for name, version in found.items() if name and name.lower() != OWN)


def verdict(report: dict[str, Any] | None, asked: int, error: str = "") -> tuple[list[str], int]:
    """What to print and the exit code for a report of pip-audit; None where it gave none, then ``error`` says why."""
    if report is None:
        last = error.strip().rpartition("\n")[2]
        return [f"NOT CHECKED: the advisory service could not be reached, so nothing is known ({last:.200})"], UNCHECKED
    packages = report["dependencies"]
    unchecked = [package for package in packages if "skip_reason" in package]
    lines = []
    for package in packages:
        for fault in package.get("vulns", []):
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            lines.append(f"{package['name']} {package['version']}: {fault['id']}, mended in {mended}")
    checked = len(packages) - len(unchecked)
    if checked < asked or not checked:
        names = ", ".join(package["name"] for package in unchecked[:5])
        lines.append(
            f"NOT CHECKED: the advisory service knew nothing of {asked - checked} of {asked} packages ({names} ...); "
            "repeat it where the package index with advisories can be reached"
        )
    known = sum(len(package.get("vulns", [])) for package in packages)
    lines.append(f"{checked} of {asked} packages checked, {known} known vulnerabilities")
    return lines, VULNERABLE if known else CLEAN if checked == asked > 0 else UNCHECKED


def main() -> int:
    """Ask, print, and return the exit code."""
    wanted = installed()
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "installed.txt"
        listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "20"]
        command = [sys.executable, "-m", "pip_audit", *options, "--requirement", str(listed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = None
    lines, code = verdict(report, len(wanted), done.stderr)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
