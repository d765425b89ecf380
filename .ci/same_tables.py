"""Compares the Parquet tables of two folders of nights; needs pyarrow. `.ci/same-tables` makes the folders.

Names changed on the way from one to the other are mapped, whole words alone: columns, and words inside texts.
"""

import re
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# British spelling before, American after.
RENAMES = {
    "fulfilment": "fulfillment",
    "behaviour": "behavior",
    "behaviours": "behaviors",
    "behavioural": "behavioral",
    "centred": "centered",
    "judgement": "judgment",
    "judgements": "judgments",
}
WORD = re.compile("|".join(rf"(?<![a-z]){word}(?![a-z])" for word in sorted(RENAMES, key=len, reverse=True)), re.I)


def renamed(text):
    def one(found):
        new = RENAMES[found.group().lower()]
        return new.capitalize() if found.group()[0].isupper() else new

    return WORD.sub(one, text)


def plain(column):
    column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column


def same(before, after):
    """Whether two columns hold the same, floats to the bit."""
    before, after = plain(before), plain(after)
    if pa.types.is_string(before.type):
        words = lambda column: [None if v is None else renamed(v) for v in column.to_pylist()]
        return words(before) == words(after)
    if pa.types.is_floating(before.type):
        bits = pa.int32() if before.type == pa.float32() else pa.int64()
        fill = lambda c: pc.fill_null(c, 0.0).view(bits)
        return pc.is_null(before).equals(pc.is_null(after)) and fill(before).equals(fill(after))
    return before.equals(after)


def differences(before, after):
    b, a = pq.read_table(before), pq.read_table(after)
    old_names, new_names = ([renamed(name) for name in table.column_names] for table in (b, a))
    if old_names != new_names:
        gone, new = sorted(set(old_names) - set(new_names)), sorted(set(new_names) - set(old_names))
        yield f"columns: {len(gone)} gone {gone[:3]}, {len(new)} new {new[:3]}" if gone or new else "order of columns"
        return
    if b.num_rows != a.num_rows:
        yield f"{b.num_rows} rows before, {a.num_rows} after"
        return
    for name, new_name in zip(b.column_names, a.column_names):
        old, new = b.schema.field(name), a.schema.field(new_name)
        if (old.type, old.nullable) != (new.type, new.nullable):
            yield f"{name}: {old.type} null {old.nullable} before, {new.type} null {new.nullable} after"
        elif not same(b[name], a[new_name]):
            yield f"{name}: other values"


def main(before, after):
    before, after = Path(before), Path(after)
    # `latest` points at a run and would be compared twice.
    tables = lambda root: {
        p.relative_to(root) for p in root.rglob("*.parquet") if "latest" not in p.parts and "tables" in p.parts
    }
    compared, failed = 0, 0
    for path in sorted(tables(before) | tables(after)):
        if not (before / path).exists() or not (after / path).exists():
            print(f"{path}: only on one side")
            failed += 1
            continue
        compared += 1
        for difference in differences(before / path, after / path):
            print(f"{path}: {difference}")
            failed += 1
    if compared == 0:
        print("no table was compared")
        return 1
    print(f"{compared} tables compared, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
