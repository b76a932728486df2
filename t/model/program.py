# SPDX-License-Identifier: BSD-2-Clause
"""Runs `gatepost explain --batch`, and prints test results as TAP."""

import dataclasses
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIME_LIMIT = 120        # seconds for one run


def find():
    """The program's path: $GATEPOST, else the first that is built, else None."""
    if os.environ.get("GATEPOST"):
        return os.environ["GATEPOST"]
    built = sorted(ROOT.glob("build/*/ctl/gatepost")) + [ROOT / "build/ctl/gatepost"]
    return next((str(path) for path in built if path.is_file()), None)


@dataclasses.dataclass
class Run:
    """What one run gave: an answer for each transaction, or why there is none."""
    answers: list
    failure: str = ""


def explain(program, config_path, transactions, escape=True):
    """Asks for all transactions in one run.  `escape` writes JSON in ASCII."""
    lines = "".join(json.dumps(t, ensure_ascii=escape) + "\n" for t in transactions)
    command = [program, "explain", "-c", config_path, "--batch"]
    try:
        done = subprocess.run(command, input=lines.encode(), capture_output=True,
                              timeout=TIME_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Run([], str(error))
    errors = done.stderr.decode(errors="backslashreplace")
    try:
        answers = [json.loads(line) for line in done.stdout.splitlines()]
    except ValueError as error:
        return Run([], f"exit status {done.returncode}, no JSON: {error}\n{errors}")
    if done.returncode != 0 or len(answers) != len(transactions):
        return Run(answers, f"exit status {done.returncode}, {len(answers)} answers "
                            f"to {len(transactions)} transactions\n{errors}")
    return Run(answers)


class Tap:
    """Test points on standard output."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def point(self, passed, name):
        self.count += 1
        self.failed += not passed
        text = name.replace("#", "\\#")
        print(f"{'ok' if passed else 'not ok'} {self.count} - {text}", flush=True)

    def comment(self, text):
        for line in str(text).splitlines() or [""]:
            print(f"# {line}", flush=True)

    def finish(self):
        """Prints the plan; the exit status."""
        print(f"1..{self.count}")
        return 1 if self.failed else 0
