//! Behavioral signals: one number per customer, made by an SQL expression, and what it lets one suspect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ElementId, Sensitivity};

/// Most signals a catalogue may hold, a user's own included: the presence of each is one bit of a `u128`.
pub const SIGNAL_LIMIT: usize = 128;

/// Stands in a signal's SQL for a timestamp literal of the end of the night.
pub const AS_OF: &str = "{as_of}";

/// Start of the placeholder that counts orders, not their lines: `{orders_with amount}` are the orders with an amount.
pub const ORDERS_WITH: &str = "{orders_with ";

/// Canonical table whose rows a signal sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalTable {
    /// One row per customer; not limited in time.
    Customers,
    /// One row per order (or order line), of the 365 days up to the night.
    Orders,
    /// One row per contact or event, of the 365 days up to the night.
    Interactions,
    /// One row per verbatim, of the 365 days up to the night.
    Feedback,
}

impl SignalTable {
    /// All tables signals may read.
    pub const ALL: [Self; 4] = [Self::Customers, Self::Orders, Self::Interactions, Self::Feedback];

    /// Name of the canonical table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Interactions => "interactions",
            Self::Feedback => "feedback",
        }
    }

    /// Canonical columns a signal's SQL may read from the table.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Customers => &["customer_id", "signup_date", "country"],
            Self::Orders => &[
                "customer_id",
                "ordered_at",
                "order_id",
                "amount",
                "discount",
                "reward_used",
                "channel",
                "category",
                "promised_at",
                "delivered_at",
                "returned",
                "return_reason",
            ],
            Self::Interactions => {
                &["customer_id", "at", "kind", "channel", "case_id", "rating", "severity", "resolved_at", "promised_at"]
            }
            Self::Feedback => &["customer_id", "at", "text", "rating", "channel"],
        }
    }
}

/// What a signal is worth for a customer without any row in a table that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoRows {
    /// A count of nothing is 0.
    Zero,
    /// A share or mean of nothing is absent.
    Unknown,
}

/// How a raw signal is made robust before it enters the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Rank within the base as a normal deviate, by stored quantile knots: one giant moves nobody.
    NormalScore,
    /// 1 if the raw value is above 0, else 0: for rare acts, where how often matters less than whether.
    Flag,
}

/// One behavioral signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) table: SignalTable,
    pub(super) sql: String,
    pub(super) columns: Vec<String>,
    pub(super) when_no_rows: NoRows,
    pub(super) transform: Transform,
    pub(super) importance: Vec<(ElementId, f64)>,
    pub(super) fulfillment: Vec<(ElementId, f64)>,
    pub(super) caveat: Option<String>,
    pub(super) sensitivity: Sensitivity,
}

impl Signal {
    /// Its id, snake case, unique in the catalogue.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name people read in reasons: a noun phrase ("Share of orders by express").
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Table whose rows it sums up.
    #[must_use]
    pub fn table(&self) -> SignalTable {
        self.table
    }

    /// One aggregate SQL expression over the rows of one customer; may hold [`AS_OF`].
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// Canonical columns it reads, never empty: it can be computed only where all of them are mapped.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Its value for a customer without a row in the table.
    #[must_use]
    pub fn when_no_rows(&self) -> NoRows {
        self.when_no_rows
    }

    /// How it is made robust.
    #[must_use]
    pub fn transform(&self) -> Transform {
        self.transform
    }

    /// What it says about wanting: loadings in `[-1, 1]`, in element order; elements not named: nothing is said.
    ///
    /// Source: our judgment; strong 0.6, weak 0.3, with sign.
    #[must_use]
    pub fn importance(&self) -> &[(ElementId, f64)] {
        &self.importance
    }

    /// What it says about being served: as [`Signal::importance`]. A complaint is importance plus, fulfillment minus.
    #[must_use]
    pub fn fulfillment(&self) -> &[(ElementId, f64)] {
        &self.fulfillment
    }

    /// How it can mislead; `None` = nothing worth saying.
    #[must_use]
    pub fn caveat(&self) -> Option<&str> {
        self.caveat.as_deref()
    }

    /// What it could give away about a person.
    #[must_use]
    pub fn sensitivity(&self) -> Sensitivity {
        self.sensitivity
    }
}

/// Why `sql` cannot be one expression over exactly `columns` of `table`, or `None`.
///
/// Not a parser: it catches what would break out of the query it is put into, and columns read but not declared (the
/// signal would be computed on unmapped columns) or declared but not read (it would be left out for nothing).
pub(super) fn sql_problem(table: SignalTable, sql: &str, columns: &[String]) -> Option<String> {
    let known = table.columns();
    if let Some(column) = columns.iter().find(|column| !known.contains(&column.as_str())) {
        return Some(format!("table {} has no column `{column}`; it has {}", table.name(), known.join(", ")));
    }
    let words = match words_of(sql) {
        Ok(words) => words,
        Err(problem) => return Some(problem),
    };
    let read = |column: &str| words.iter().any(|word| word == column);
    let declared = |column: &str| columns.iter().any(|own| own == column);
    if let Some(column) = known.iter().find(|column| read(column) && !declared(column)) {
        return Some(format!("sql reads `{column}`, which is not in columns"));
    }
    if let Some(column) = columns.iter().find(|column| !read(column)) {
        return Some(format!("columns names `{column}`, which sql does not read"));
    }
    None
}

/// The expression with [`ORDERS_WITH`] written out: how many orders have the column. Lines that share an `order_id` are
/// one order where the column is mapped (`by_id`), which has what one of its lines has; else each row is an order.
#[must_use]
pub fn count_orders(sql: &str, by_id: bool) -> String {
    let mut parts = sql.split(ORDERS_WITH);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((column, rest)) if by_id => {
                out.extend([
                    "(count(distinct order_id) FILTER (WHERE ",
                    column,
                    " IS NOT NULL) + count(",
                    column,
                    ") FILTER (WHERE order_id IS NULL))",
                    rest,
                ]);
            }
            Some((column, rest)) => out.extend(["count(", column, ")", rest]),
            // Without an end it stays, and is refused as malformed.
            None => out.extend([ORDERS_WITH, part]),
        }
    }
    out
}

/// Lower-cased identifiers of an SQL expression outside string literals, or what is malformed about it.
fn words_of(sql: &str) -> Result<Vec<String>, String> {
    if sql.contains("--") || sql.contains("/*") {
        return Err("sql holds a comment; put it beside the expression, in the file".to_owned());
    }
    let mut words = vec![String::new()];
    let (mut depth, mut in_literal) = (0_i32, false);
    for c in count_orders(&sql.replace(AS_OF, " "), false).chars() {
        if c == '\'' {
            in_literal = !in_literal;
        } else if !in_literal {
            match c {
                ';' => return Err("sql holds `;`; it must be one expression".to_owned()),
                '{' | '}' => {
                    return Err(format!(
                        "sql holds `{c}`; the only placeholders are {AS_OF} and {ORDERS_WITH}column}}"
                    ));
                }
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return Err("sql closes a parenthesis it did not open".to_owned());
            }
        }
        if !in_literal && (c.is_alphanumeric() || c == '_') {
            words.last_mut().expect("starts with one word").extend(c.to_lowercase());
        } else if !words.last().is_none_or(String::is_empty) {
            words.push(String::new());
        }
    }
    if in_literal {
        return Err("sql opens a quote it does not close".to_owned());
    }
    if depth != 0 {
        return Err("sql opens a parenthesis it does not close".to_owned());
    }
    words.retain(|word| !word.is_empty());
    if words.is_empty() { Err("sql is empty".to_owned()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(sql: &str, columns: &[&str]) -> Option<String> {
        let columns: Vec<String> = columns.iter().map(|&c| c.to_owned()).collect();
        sql_problem(SignalTable::Interactions, sql, &columns)
    }

    #[test]
    fn an_expression_over_its_declared_columns_passes() {
        assert_eq!(problem("count(*) FILTER (WHERE kind = 'share')", &["kind"]), None);
        assert_eq!(problem("date_part('epoch', {as_of}) - max(date_part('epoch', \"at\"))", &["at"]), None);
    }

    #[test]
    fn orders_are_counted_by_their_id_where_there_is_one() {
        let sql = "sum(rating) / nullif({orders_with rating}, 0)";
        assert_eq!(problem(sql, &["rating"]), None);
        assert_eq!(count_orders(sql, false), "sum(rating) / nullif(count(rating), 0)");
        assert_eq!(
            count_orders(sql, true),
            "sum(rating) / nullif((count(distinct order_id) FILTER (WHERE rating IS NOT NULL) + count(rating) FILTER \
             (WHERE order_id IS NULL)), 0)"
        );
        assert!(problem("{orders_with rating", &["rating"]).is_some());
    }

    #[test]
    fn a_column_name_inside_a_literal_is_not_read() {
        let seen = problem("count(*) FILTER (WHERE kind = 'rating')", &["kind", "rating"]).unwrap();
        assert!(seen.contains("`rating`") && seen.contains("does not read"), "{seen}");
    }

    #[test]
    fn a_column_read_but_not_declared_is_named() {
        let seen = problem("avg(rating) FILTER (WHERE kind = 'x')", &["kind"]).unwrap();
        assert!(seen.contains("reads `rating`"), "{seen}");
    }

    #[test]
    fn a_column_the_table_lacks_is_named() {
        let seen = problem("sum(amount)", &["amount"]).unwrap();
        assert!(seen.contains("`amount`") && seen.contains("interactions"), "{seen}");
    }

    #[test]
    fn text_that_would_break_out_of_the_query_is_refused() {
        for sql in ["", "count(kind", "count(kind))", "count(kind); drop table x", "count(kind) -- all", "kind = 'x"] {
            assert!(problem(sql, &["kind"]).is_some(), "{sql}");
        }
        assert!(problem("count(kind) + {now}", &["kind"]).unwrap().contains("{as_of}"));
        assert_eq!(problem("count(*) FILTER (WHERE kind = 'a;{b}(')", &["kind"]), None);
    }
}
