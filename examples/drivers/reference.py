"""Relative weights and exact shares by another way, to compare the example beside this file with.

python3 reference.py FILE      airline ratings: Johnson's weights, LMG over all 2^14 subsets, LMG by groups of ratings
python3 reference.py           a small matrix, the constants in src/stats/drivers/reference.rs

Needs numpy. Where the package dominance-analysis is installed its figures are printed as well.
"""

import csv
import math
import sys

import numpy as np

COLUMNS = [
    ("Seat comfort", "quality"), ("Departure/Arrival time convenient", "saves_time"),
    ("Food and drink", "sensory_appeal"), ("Gate location", "reduces_effort"), ("Inflight wifi service", "connects"),
    ("Inflight entertainment", "fun_entertainment"), ("Online support", "informs"),
    ("Ease of Online booking", "simplifies"), ("On-board service", "reduces_anxiety"), ("Leg room service", "wellness"),
    ("Baggage handling", "reduces_risk"), ("Checkin service", "avoids_hassles"), ("Cleanliness", "design_aesthetics"),
    ("Online boarding", "integrates"),
]


def johnson(among, r):
    """Relative weights through the singular value decomposition, as in Johnson (2000)."""
    values, vectors = np.linalg.eigh(among)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    return root**2 @ np.linalg.solve(root, r) ** 2


def explained(among, r, members):
    if not members:
        return 0.0
    return float(r[members] @ np.linalg.solve(among[np.ix_(members, members)], r[members]))


def shares(among, r, groups):
    """Mean gain of R² over all orders of entry, by brute force over subsets."""
    g = len(groups)
    table = [explained(among, r, [m for i in range(g) if s >> i & 1 for m in groups[i]]) for s in range(1 << g)]
    out = np.zeros(g)
    for i in range(g):
        for s in range(1 << g):
            if not s >> i & 1:
                size = bin(s).count("1")
                weight = math.factorial(size) * math.factorial(g - size - 1) / math.factorial(g)
                out[i] += weight * (table[s | 1 << i] - table[s])
    return out


def airline(path):
    rows = []
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            try:
                ratings = [float(row[name]) for name, _ in COLUMNS]
            except (TypeError, ValueError):
                continue
            if all(1 <= x <= 5 for x in ratings):
                rows.append(ratings + [1.0 if row["satisfaction"] == "satisfied" else 0.0])
    return np.array(rows)


def print_all(path):
    data = airline(path)
    r = np.corrcoef(data.T)
    among, outcome = r[:-1, :-1], r[:-1, -1]
    weights, exact = johnson(among, outcome), shares(among, outcome, [[i] for i in range(len(COLUMNS))])
    print(f"rows {len(data)}  R² {explained(among, outcome, list(range(len(COLUMNS)))):.10f}")
    for i in np.argsort(-weights):
        print(f"{COLUMNS[i][1]:20} johnson {weights[i]:.10f}  lmg {exact[i]:.10f}")
    groups = [list(range(start, min(start + 3, len(COLUMNS)))) for start in range(0, len(COLUMNS), 3)]
    for group, share in zip(groups, shares(among, outcome, groups)):
        print("group", "+".join(COLUMNS[i][1] for i in group), f"{share:.10f}")
    try:
        import pandas as pd
        from dominance_analysis import Dominance
    except Exception as error:  # not installed, or one of the many packages it asks for
        print("dominance-analysis:", error)
        return
    frame = pd.DataFrame(data, columns=[slug for _, slug in COLUMNS] + ["outcome"])
    package = Dominance(data=frame, target="outcome", objective=1, top_k=len(COLUMNS))
    found = package.incremental_rsquare()
    for slug, share in sorted(found.items(), key=lambda pair: -pair[1]):
        print(f"{slug:20} dominance-analysis {share:.10f}")


def small():
    among = np.array([[1, .5, .3, .2], [.5, 1, .4, .1], [.3, .4, 1, .6], [.2, .1, .6, 1]], float)
    r = np.array([.5, .4, .45, .2])
    print("johnson", [f"{x:.12f}" for x in johnson(among, r)])
    print("lmg", [f"{x:.12f}" for x in shares(among, r, [[0], [1], [2], [3]])])
    print("lmg of (0, 2), (1), (3)", [f"{x:.12f}" for x in shares(among, r, [[0, 2], [1], [3]])])


if __name__ == "__main__":
    print_all(sys.argv[1]) if len(sys.argv) > 1 else small()
