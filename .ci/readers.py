"""Reads every published table with pandas, Polars and DuckDB and checks that types and
columns are those that the program lists (standard input: `valueseg schema tables`)."""

import glob
import re
import sys

import duckdb
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


def main(out, page):
    passed = failed = 0
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
