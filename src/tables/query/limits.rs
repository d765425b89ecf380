//! How large and how nested the SQL of a person may be. All of it is checked before the planner sees it: the planner and
//! the optimizer recurse, copy what is read twice, and know no bounds of their own.

use crate::codes::{Code, Coded};

/// Stack of the thread that plans a query.
///
/// INVARIANT: the largest query that [`Limits::QUERY`] allows is planned within it; the tests beside `plan` run such ones.
/// The optimizer takes some 32 KiB for each term of a chain, 32 MiB for the longest allowed.
pub(crate) const PLAN_STACK: usize = 128 << 20;

/// Most columns that the parts of a query may have taken together, each part with those of the widest source it could read.
pub(crate) const MOST_COLUMNS: usize = 250_000;

/// Most columns of a source that a query takes by `*`, unless it gives the source as it is. Each rule of the planner looks for
/// every column among all columns: four thousand take seconds.
pub(crate) const MOST_COLUMNS_TAKEN: usize = 4000;

/// What is allowed of one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of the text.
    pub(crate) text: usize,
    /// Words and signs.
    pub(crate) words: usize,
    /// Bytes of one text in quotes: it becomes a cell of each row.
    pub(crate) literal: usize,
    /// Brackets and `case`s that stand in each other.
    pub(crate) nested: usize,
    /// Operators, `and`s, `or`s, `not`s, joins, unions: each can make a chain one link longer.
    pub(crate) terms: usize,
    /// Selects and tables read, those of a `with` once for each time it is read.
    pub(crate) parts: usize,
    /// Tables joined to others and selects inside expressions, counted in the same way.
    pub(crate) joins: usize,
    /// Expressions, counted in the same way.
    pub(crate) expressions: usize,
    /// Ways in which one `group by` groups.
    pub(crate) groupings: usize,
}

impl Limits {
    /// Of the query of a table.
    ///
    /// Our judgment: several times what people write, and what the planner does in seconds.
    pub(crate) const QUERY: Self = Self {
        text: 256 << 10,
        words: 40_000,
        literal: 4096,
        nested: 48,
        terms: 1000,
        parts: 256,
        joins: 64,
        expressions: 40_000,
        groupings: 64,
    };

    /// Of one signal: an expression over the rows of a customer, planned together with up to 127 others.
    pub(crate) const SIGNAL: Self = Self {
        text: 16 << 10,
        words: 2000,
        literal: 1024,
        nested: 32,
        terms: 200,
        parts: 1,
        joins: 0,
        expressions: 2000,
        groupings: 1,
    };
}

/// The limits as a table for the page of inputs.
#[must_use]
pub fn limits_page() -> String {
    let rows = |limits: Limits| {
        let Limits { text, words, literal, nested, terms, parts, expressions, groupings, joins } = limits;
        [text, words, literal, nested, terms, parts, joins, expressions, groupings]
    };
    let names = [
        "bytes of text",
        "words and signs",
        "bytes of one text in quotes",
        "brackets and `case`s inside each other",
        "operators, `and`s, `or`s, `not`s, joins, unions",
        "selects and tables read; what a `with` holds counts each time it is read",
        "tables joined to others and selects inside expressions, counted in the same way",
        "expressions, counted in the same way",
        "ways in which one `group by` groups",
    ];
    let mut page = "| at most | in the query of a table | in a signal |\n|---|---|---|\n".to_owned();
    for ((name, query), signal) in names.into_iter().zip(rows(Limits::QUERY)).zip(rows(Limits::SIGNAL)) {
        page.extend(["| ", name, " | ", &query.to_string(), " | ", &signal.to_string(), " |\n"]);
    }
    for (columns, most) in [
        ("columns of a source that `*` takes, but in `select * from …` alone", MOST_COLUMNS_TAKEN),
        ("the same, times selects and tables", MOST_COLUMNS),
    ] {
        page.extend(["| ", columns, " | ", &most.to_string(), " | – |\n"]);
    }
    page
}

/// A text that asks for more than is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {seen}, and {allowed} are allowed")]
pub struct QueryLimit {
    /// What there is too much of.
    pub what: &'static str,
    /// How much, as far as it was counted.
    pub seen: u64,
    /// The limit.
    pub allowed: u64,
    /// What to write instead.
    pub cure: &'static str,
}

impl QueryLimit {
    /// Refuses more than `allowed`.
    pub(super) fn hold(what: &'static str, seen: usize, allowed: usize, cure: &'static str) -> Result<(), Self> {
        if seen <= allowed {
            return Ok(());
        }
        Err(Self { what, seen: seen as u64, allowed: allowed as u64, cure })
    }
}

impl Coded for QueryLimit {
    fn code(&self) -> Code {
        Code::QueryLimit
    }

    fn hint(&self) -> Option<String> {
        Some(self.cure.to_owned())
    }
}
