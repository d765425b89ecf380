"""Reads every published table with pandas, Polars and DuckDB and checks that types and
columns are those that the program lists (standard input: `valueseg schema tables`). Opens every workbook with openpyxl and
checks that its rows are those of the tables."""

import datetime
import glob
import re
import sys

import duckdb
import openpyxl
import pandas
import polars
import pyarrow
import pyarrow.parquet

ALLOWED = (
    pyarrow.types.is_signed_integer,
    pyarrow.types.is_float32,
    pyarrow.types.is_float64,
    pyarrow.types.is_string,
    pyarrow.types.is_boolean,
    pyarrow.types.is_date32,
)


def tables(page):
    """Path and columns of every table, from the page that `valueseg schema tables` prints."""
    for section in page.split("\n## ")[1:]:
        yield re.search("^File `(.+?)`", section, re.M)[1], re.findall(r"^\| `(\w+)` \|", section, re.M)


def allowed(kind):
    if pyarrow.types.is_dictionary(kind):
        return allowed(kind.value_type)
    if pyarrow.types.is_timestamp(kind):
        return kind.unit == "us" and kind.tz == "UTC"
    return any(test(kind) for test in ALLOWED)


SHEETS = {"Groups": "segments", "Elements": "segment_elements", "Plans": "plans", "Changes": "transitions"}


def workbook(night):
    """What of the workbook of a night is not as in its tables; nothing where all is."""
    book = openpyxl.load_workbook(f"{night}/report.xlsx")
    assert book.sheetnames == ["About", *SHEETS], f"sheets {book.sheetnames}"
    for name, table in SHEETS.items():
        sheet = book[name]
        rows = pyarrow.parquet.read_table(f"{night}/tables/{table}.parquet").to_pylist()
        assert sheet.max_row == len(rows) + 1, f"{name}: rows"
        assert sheet.freeze_panes == "B2", f"{name}: headings are not held"
        figures = 0
        for cells, row in zip(sheet.iter_rows(min_row=2), rows):
            known = set(row.values())
            for cell in cells:
                assert cell.data_type != "f", f"{name}: a formula"
                value = cell.value.date() if isinstance(cell.value, datetime.datetime) else cell.value
                if isinstance(value, (bool, int, float, datetime.date)):
                    # Numbers of people are told in fives.
                    known_as = [value + off for off in range(-4, 5)] if isinstance(value, int) and value % 5 == 0 else [value]
                    assert known.intersection(known_as), f"{name}: {cell.coordinate} is in no column of its row"
                    figures += 1
        assert figures > 0 or not rows, f"{name}: no figure"


def main(out, page):
    passed = failed = 0
    for night in sorted(glob.glob(f"{out}/runs/*")):
        try:
            workbook(night)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{night}: {error}", file=sys.stderr)
    for table, columns in tables(page):
        everywhere = f"{out}/runs/*/{table}"
        files = sorted(glob.glob(everywhere))
        try:
            assert len(files) == 2, f"{len(files)} nights"
            schema = pyarrow.parquet.read_schema(files[0])
            assert schema.names == columns, "columns are not those of the page"
            wrong = [field.name for field in schema if not allowed(field.type)]
            assert not wrong, f"types of {wrong}"
            rows = sum(pyarrow.parquet.read_metadata(file).num_rows for file in files)
            data = pandas.concat([pandas.read_parquet(file) for file in files])
            assert len(data) == rows, "pandas rows"
            assert polars.read_parquet(everywhere).height == rows, "Polars rows"
            count = duckdb.sql(f"select count(*) from '{everywhere}'").fetchall()[0][0]
            assert count == rows, "DuckDB rows"
            floats = polars.read_parquet(files[0]).select(polars.selectors.float())
            assert floats.width == 0 or not floats.select(polars.any_horizontal(polars.all().is_nan().any())).item(), "NaN"
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{table}: {error}", file=sys.stderr)
    assert passed + failed > 0, "the page lists no table"
    print(f"readers: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.stdin.read()))
