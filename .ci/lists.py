"""Lets Frictionless judge every list of the nights given, and twenty spoiled copies of files of the last."""

import glob
import os
import shutil
import sys
import tempfile

from frictionless import Package, system


def valid(folder):
    with system.use_context(trusted=True):
        return Package(os.path.join(folder, "datapackage.json")).validate()


def spoiled(name, change):
    """What becomes of a file whose lines are changed."""
    with tempfile.TemporaryDirectory() as copy:
        folder = shutil.copytree(os.path.join(LAST, "audiences", name), os.path.join(copy, name))
        path = os.path.join(folder, "full-001.csv")
        lines = open(path, newline="").read().split("\n")[:-1]
        open(path, "w", newline="").write("\n".join(change(lines)) + "\n")
        return valid(folder).valid


def cell(line, at, to):
    cells = line.split(",")
    cells[at] = to(cells[at]) if callable(to) else to
    return ",".join(cells)


def first(at, to):
    return lambda lines: [lines[0], cell(lines[1], at, to), *lines[2:]]


SPOILED = [
    ("klaviyo", lambda lines: [lines[0].replace("Email", "E-Mail"), *lines[1:]]),
    ("klaviyo", lambda lines: [lines[0].replace("vs_play", "vs_Play"), *lines[1:]]),
    ("klaviyo", lambda lines: lines[1:]),
    ("klaviyo", lambda lines: [*lines, lines[1]]),
    ("klaviyo", lambda lines: [line.replace(",", ";") for line in lines]),
    ("klaviyo", lambda lines: [lines[0], lines[1] + ",more", *lines[2:]]),
    ("klaviyo", first(0, "")),
    ("klaviyo", first(0, "nobody")),
    ("klaviyo", first(0, "two words@mail.example")),
    ("klaviyo", first(2, "21.11.2026")),
    ("klaviyo", first(2, "yesterday")),
    ("google", first(0, str.upper)),
    ("google", first(0, "person@mail.example")),
    ("google", first(0, lambda hashed: hashed[:-1])),
    ("google", lambda lines: [lines[0].replace("Phone", "phone"), *lines[1:]]),
    ("meta", first(0, "=1+1")),
    ("meta", lambda lines: [",".join(reversed(lines[0].split(","))), *lines[1:]]),
    ("braze", first(0, "")),
    ("braze", lambda lines: [lines[0] + ",email_subscribe", *(line + ",opted_in" for line in lines[1:])]),
    ("generic", lambda lines: [*lines, lines[-1]]),
]

failed = files = 0
LAST = sys.argv[-1]
for night in sys.argv[1:]:
    for folder in sorted(glob.glob(os.path.join(night, "audiences", "*", ""))):
        report = valid(folder)
        files += len(report.tasks)
        if not report.valid:
            failed += 1
            print(folder, report.flatten(["rowNumber", "fieldName", "type"])[:5])
for at, (name, change) in enumerate(SPOILED):
    if spoiled(name, change):
        failed += 1
        print("accepted although spoiled:", at, name)
print(f"{files} files accepted, {len(SPOILED)} spoiled ones tried, {failed} findings")
sys.exit(1 if failed or not files else 0)
