//! One table of customers out of what several exports know of them.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::tables::contract::{Kind, OnBad, contract_of};
use crate::tables::spec::{TableName, TableSpec};

/// What an export knows of people: SQL over one source, a row or more per person.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleRows {
    /// SQL of the id.
    pub(super) id: String,
    /// Canonical column and its SQL.
    pub(super) select: BTreeMap<String, String>,
    /// What stands behind `from`.
    pub(super) from: String,
    /// Conditions, all of which must hold.
    pub(super) filters: Vec<String>,
}

impl PeopleRows {
    /// Rows that tell no more than who is there: SQL of the id, what stands behind `from`, and conditions on rows.
    #[must_use]
    pub fn new(id: String, from: String, filters: Vec<String>) -> Self {
        Self { id, select: BTreeMap::new(), from, filters }
    }

    /// The same with a further canonical column.
    #[must_use]
    pub fn with(mut self, canonical: &str, sql: String) -> Self {
        self.select.insert(canonical.to_owned(), sql);
        self
    }
}

/// A flag that cannot be read. It sorts before `no`, so that the smallest of several is it; behind `yes` for flags that protect.
const UNREADABLE: (&str, &str) = ("!", "~");
/// Words that a flag is read by, as a night reads them.
const YES: &str = "'true', 't', 'yes', 'y', '1', '1.0', 'ja', 'j'";
const NO: &str = "'false', 'f', 'no', 'n', '0', '0.0', 'nein'";

/// Everybody whom one of `parts` knows, once.
///
/// Where several rows speak of one person, consent holds only if every row that says anything gives it, a flag that protects
/// holds if any row sets it, and of other facts the smallest is taken: the earliest date, the first word of the alphabet.
#[must_use]
pub fn everybody(parts: &[PeopleRows]) -> TableSpec {
    let contract = contract_of(TableName::Customers);
    let ours = contract.columns.iter().map(|rule| rule.name.to_owned()).filter(|name| name != "customer_id");
    let mut columns: Vec<String> =
        ours.filter(|name| parts.iter().any(|part| part.select.contains_key(name))).collect();
    let further = parts.iter().flat_map(|part| part.select.keys()).filter(|name| contract.column(name).is_none());
    let mut further: Vec<String> = further.cloned().collect();
    further.sort();
    further.dedup();
    columns.extend(further);

    let mut sql = String::from("select \"customer_id\"");
    for name in &columns {
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(sql, ",\n  {}(\"{name}\") as \"{name}\"", if protects(name) { "max" } else { "min" });
    }
    sql.push_str("\nfrom (\n");
    let rows: Vec<String> = parts.iter().map(|part| rows(part, &columns)).collect();
    sql.push_str(&rows.join("\n  union all\n"));
    sql.push_str("\n) as people\ngroup by \"customer_id\"");
    TableSpec { query: Some(sql), ..TableSpec::default() }
}

fn rows(part: &PeopleRows, columns: &[String]) -> String {
    let mut sql = format!("  select {} as \"customer_id\"", part.id);
    for name in columns {
        let own = part.select.get(name).map_or_else(|| "cast(null as varchar)".to_owned(), |own| cell(name, own));
        let _ = write!(sql, ",\n    {own} as \"{name}\"");
    }
    let _ = write!(sql, "\n  from {}", part.from);
    for (i, filter) in part.filters.iter().enumerate() {
        let _ = write!(sql, "\n  {} {filter}", if i == 0 { "where" } else { "  and" });
    }
    sql
}

fn rule_of(name: &str) -> Option<&'static crate::tables::contract::ColumnRule> {
    contract_of(TableName::Customers).column(name)
}

fn protects(name: &str) -> bool {
    name == "erasure_requested" || rule_of(name).is_some_and(|rule| rule.bad == OnBad::Protect)
}

/// The cell as text, flags in words that sort as they should.
fn cell(name: &str, sql: &str) -> String {
    if !rule_of(name).is_some_and(|rule| rule.kind == Kind::Flag) {
        return format!("cast({sql} as varchar)");
    }
    if is_case(sql) {
        return sql.to_owned();
    }
    let unreadable = if protects(name) { UNREADABLE.1 } else { UNREADABLE.0 };
    let text = format!("lower(trim(cast({sql} as varchar)))");
    format!(
        "case when {text} in ({YES}) then 'yes'\n      when {text} in ({NO}) then 'no'\n      when {text} <> '' then '{unreadable}' end"
    )
}

/// Whether the fingerprint has put the words itself.
fn is_case(sql: &str) -> bool {
    sql.trim_start().strip_prefix("case").is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: &str, select: &[(&str, &str)], from: &str) -> PeopleRows {
        let select = select.iter().map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned())).collect();
        PeopleRows { id: id.to_owned(), select, from: from.to_owned(), filters: vec![format!("{id} <> ''")] }
    }

    #[test]
    fn consent_is_the_smallest_and_protection_the_largest_of_what_several_rows_say() {
        let parts = [
            part("a", &[("consent_email", "case\n x when 'S' then 'yes' end"), ("region", "r")], "shop"),
            part("b", &[("objection_marketing", "o")], "mail"),
        ];
        let sql = everybody(&parts).query.expect("a query");
        assert!(sql.contains("min(\"consent_email\")") && sql.contains("max(\"objection_marketing\")"), "{sql}");
        assert!(sql.contains("then '~' end as \"objection_marketing\""), "{sql}");
        assert!(sql.find("consent_email") < sql.find("objection_marketing"), "{sql}");
        assert!(sql.contains("cast(null as varchar) as \"region\""), "{sql}");
        assert!(
            sql.contains("    case\n x when 'S' then 'yes' end as \"consent_email\""),
            "words put already stay: {sql}"
        );
        assert_eq!(sql.matches("union all").count(), 1);
    }

    #[test]
    fn unreadable_flags_sort_to_the_careful_side() {
        assert!(UNREADABLE.0 < "no" && "no" < "yes" && "yes" < UNREADABLE.1);
    }
}
