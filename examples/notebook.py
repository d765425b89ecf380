# A notebook in the form that Jupyter, VS Code and plain Python read: each `# %%` begins a cell.
#
#     pip install duckdb polars pandas pyarrow
#     python examples/notebook.py valueseg-demo/out
#
# It reads published nights with DuckDB, Polars and pandas, follows customers who moved, and types new respondents with
# scorer.json and scorer.sql. docs/notebook.md says what each cell is for. Every cell checks what it shows.

# %%
import json
import math
import sys
from pathlib import Path

import duckdb
import pandas
import polars

# In a notebook: write the folder here.
OUT = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "valueseg-demo/out")
NIGHT = OUT / "latest"


def show(title, table):
    print(f"\n== {title}\n{table}")


pandas.set_option("display.width", 140, "display.max_columns", 12)


# %% All nights are one table.
# `run_date` is a column of every table, so a pattern over the nights is a table over time. Rows of ALL and NONE are told by
# `kind`; null is "not known", never 0.
sizes = duckdb.sql(f"""
    select run_date, segment_id, name, size, round(share, 3) as share, round(share_low, 3) as low, round(share_high, 3) as high
    from '{OUT}/runs/*/tables/segments.parquet' where kind = 'segment' order by segment_id, run_date
""").df()
show("Sizes over the nights (DuckDB)", sizes)
assert sizes["run_date"].nunique() == len(list(OUT.glob("runs/*")))

# %% The same in Polars and pandas.
lazy = polars.scan_parquet(f"{OUT}/runs/*/tables/segments.parquet").filter(polars.col("kind") == "segment")
by_polars = lazy.select("run_date", "segment_id", "size").collect()
by_pandas = pandas.concat(pandas.read_parquet(path) for path in sorted(OUT.glob("runs/*/tables/segments.parquet")))
by_pandas = by_pandas[by_pandas["kind"] == "segment"]
assert by_polars.height == len(by_pandas) == len(sizes)
assert by_polars["size"].sum() == by_pandas["size"].sum() == sizes["size"].sum()

# %% Scores in long form: one row per customer, element and question.
# `element_scores` is wide, three columns for each score. The long form names its element, its error and where it comes from.
wide = polars.scan_parquet(NIGHT / "tables/element_scores.parquet")
scores = [name for name in wide.collect_schema().names() if name.endswith("_se")]
parts = []
for error in scores:
    score = error.removesuffix("_se")
    question, element = score.split("_", 1)
    parts.append(
        wide.select(
            "customer_id",
            polars.lit(element).alias("element"),
            polars.lit(question).alias("question"),
            polars.col(score).alias("score"),
            polars.col(error).alias("standard_error"),
            polars.col(f"{score}_provenance").cast(polars.String).alias("provenance"),
        ).filter(polars.col("score").is_not_null())
    )
long = polars.concat(parts).collect()
means = long.filter(polars.col("question") == "importance").group_by("element", "provenance").agg(
    polars.len().alias("customers"), polars.col("score").mean().round(2).alias("mean")
)
show("Importance by element and provenance (Polars)", means.sort("customers", descending=True).head(8))
# An own answer has no error; what was learned from others has one.
assert long.filter(polars.col("provenance") == "survey")["standard_error"].max() in (0, None)

# %% Who moved last night, and what speaks for where they are now.
# `moves` holds those whose segment changed or is about to; the reasons of the place stand in `customers`.
moved = duckdb.sql(f"""
    select m.event, m.from_segment_id, m.to_segment_id, m.reason, count(*) as customers,
           mode(c.reason_1) as most_frequent_reason
    from '{NIGHT}/tables/moves.parquet' m join '{NIGHT}/tables/customers.parquet' c using (customer_id)
    group by all having count(*) >= 10 order by customers desc limit 10
""").df()
show("Moves of ten customers and more (DuckDB)", moved)

# %% New respondents, typed by scorer.json.
# The file stands beside the model of the night. `full` is the whole survey, `golden` the few questions that tell segments
# apart best. Whoever answered every question of a form needs one sum per segment.
model = json.loads((NIGHT / "manifest.json").read_text())["model_id"]
if not (OUT / "models" / model / "scorer.json").exists():
    print("No ratings were asked, so nobody can be typed by answers.")
    sys.exit()
scorer = json.loads((OUT / "models" / model / "scorer.json").read_text())


def probabilities(form, answers):
    """Probability of each segment; `answers` on 0 to 10 in the order of the form's questions, all of them."""
    sums = [line["constant"] + sum(w * x for w, x in zip(line["weights"], answers)) for line in form["lines"]]
    top = max(sums)
    weights = [math.exp(one - top) for one in sums]
    return {line["segment"]: weight / sum(weights) for line, weight in zip(form["lines"], weights)}


form = scorer["full"]
example = [8.0 if i % 3 == 0 else 4.0 for i in range(len(form["questions"]))]
shares = probabilities(form, example)
best = max(shares, key=shares.get)
show("A made-up respondent (scorer.json)", {segment: round(share, 3) for segment, share in shares.items()})
assert math.isclose(sum(shares.values()), 1.0)

# %% The same respondents by scorer.sql, which also types those who answered some questions alone.
questions = form["questions"]
rows = [example, [10.0 - x for x in example], [x if i < len(questions) // 2 else None for i, x in enumerate(example)]]
people = pandas.DataFrame(rows, columns=[f"{scorer['aspect']}_{question}" for question in questions])
people.insert(0, "who", ["all answered", "the opposite", "half answered"])
typed = duckdb.sql(f"select who, {(OUT / 'models' / model / 'scorer.sql').read_text()} as segment from people").df()
show("Typed by scorer.sql (DuckDB)", typed)
assert typed.loc[0, "segment"] == best
assert typed["segment"].notna().all()
