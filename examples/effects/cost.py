"""What lists and effects cost a night: CPU of the same company with both and with neither.

    python3 examples/effects/cost.py PROGRAM FOLDER [CUSTOMERS]      needs pyarrow

Makes a demo in FOLDER, which has to be empty or not there, and runs the two nights after those of the demo, once as it is (addresses,
a list for each campaign, lots, the ledger, what the tried plays did) and once without: no address is mapped, so there are no
lists, nothing is read of what was sent, and no line is large enough for a lot. Told is the CPU of the last night of each, user and
system, and by how much the first is more. The bar is 15 %.
"""

import os
import re
import resource
import subprocess
import sys

from pyarrow import parquet

BAR = 15.0
NIGHTS = ["2026-11-22", "2026-11-23"]
# So small an effect that no group is large enough for a lot.
LEAST = "0.001"


def cpu(arguments, environment=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def without(folder, text):
    """The configuration without addresses and without what was sent."""
    table = parquet.read_table(os.path.join(folder, "in/customers.parquet"))
    parquet.write_table(table.drop_columns(["email", "phone"]), os.path.join(folder, "in/customers-plain.parquet"))
    text = text.replace("in/customers.parquet", "in/customers-plain.parquet")
    text = re.sub(r"\[sources\.campaigns\]\n(?:.+\n)*", "", text)
    return re.sub(r"\[tables\.treatments\]\n(?:(?!\[|# ---).*\n)*", "", text)


def main():
    program, folder, *rest = sys.argv[1:]
    program, customers = os.path.abspath(program), rest[0] if rest else "200000"
    subprocess.run([program, "demo", folder, "--customers", customers, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    text = open(os.path.join(folder, "valueseg.toml")).read()
    found = {}
    for name, own, place in [("with both", text, "out"), ("with neither", without(folder, text), "out-without")]:
        path = os.path.join(folder, place + ".toml")
        open(path, "w").write(own.replace('output = "out"', f'output = "{place}"'))
        lots = {} if place == "out" else {"VALUESEG_PLAN__PLAUSIBLE_EFFECT": LEAST}
        run = [program, "run", "--config", path, "--first-night", "--as-of"]
        nights = [cpu([*run, night], {**os.environ, **lots}) for night in NIGHTS]
        found[name] = nights[-1]
        print(f"{customers} customers, {name}: {nights[-1]:.1f} s of CPU", flush=True)
    more = 100.0 * (found["with both"] / found["with neither"] - 1.0)
    print(f"lists and effects: {more:+.1f} %, at most {BAR:.0f} %")
    sys.exit(0 if more <= BAR else 1)


if __name__ == "__main__":
    main()
