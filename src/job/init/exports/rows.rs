//! SQL of one recognized export: what names the customer, and the rows of its tables.

use std::fmt::Write;

use super::fingerprint::{ExportTable, IdColumn};
use super::template::{Companion, Filling, quoted, source};
use crate::tables::contract::contract_of;
use crate::tables::source::{FILE_COLUMN, ROW_COLUMN};
use crate::tables::spec::TableSpec;

/// What names the customer, and where it is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Identity {
    /// SQL of the id.
    pub(super) sql: String,
    /// What stands behind `from`.
    pub(super) from: String,
    /// What is put before a column of the file itself.
    pub(super) own: &'static str,
    /// Conditions under which somebody is named.
    pub(super) filters: Vec<String>,
}

impl Identity {
    /// The id in a column of the file itself.
    pub(super) fn direct(id: &IdColumn, column: &str, own_source: &str) -> Self {
        Self::of(id, quoted(column), source(own_source), "")
    }

    /// The id as another export gives it; `None` = one of the columns is not there.
    pub(super) fn through(id: &IdColumn, column: &str, own_source: &str, other: Companion<'_>) -> Option<Self> {
        let through = id.through.as_ref()?;
        let (key, gives) = (other.header.find(&through.key)?, other.header.find(&through.gives)?);
        let from = format!(
            "{} as own\njoin {} as other on trim(cast(own.{} as varchar)) = trim(cast(other.{} as varchar))",
            source(own_source),
            source(other.source),
            quoted(column),
            quoted(key),
        );
        Some(Self::of(id, format!("other.{}", quoted(gives)), from, "own."))
    }

    fn of(id: &IdColumn, column: String, from: String, own: &'static str) -> Self {
        let mut sql = format!("trim(cast({column} as varchar))");
        if id.address {
            sql = format!("lower(trim({column}))");
        }
        if let Some(signs) = &id.strip {
            sql = format!("ltrim({sql}, {})", text(signs));
        }
        let mut filters = vec![format!("{sql} <> ''")];
        if !id.nobody.is_empty() {
            let nobody: Vec<String> = id.nobody.iter().map(|word| text(word)).collect();
            filters.push(format!("{sql} not in ({})", nobody.join(", ")));
        }
        Self { sql, from, own, filters }
    }
}

/// The table's rows as a spec; `None` = a column it cannot do without is not there.
pub(super) fn spec(table: &ExportTable, identity: &Identity, filling: &Filling<'_>) -> Option<TableSpec> {
    let query = match &table.query {
        // A whole query names its sources itself.
        Some(query) => Filling { own: "", ..*filling }.lines(query),
        None => select(table, identity, filling)?,
    };
    Some(TableSpec {
        query: Some(query),
        scale: table.scale,
        date_format: table.date_format.clone(),
        not_applicable: table.not_applicable.clone(),
        values: table.values.clone(),
        ..TableSpec::default()
    })
}

fn select(table: &ExportTable, identity: &Identity, filling: &Filling<'_>) -> Option<String> {
    let contract = contract_of(table.is);
    let mut sql = format!("select {} as \"customer_id\"", identity.sql);
    let named: Vec<&str> = contract.columns.iter().map(|rule| rule.name).collect();
    let further = table.select.keys().map(String::as_str).filter(|name| !named.contains(name));
    for name in named.iter().copied().chain(further) {
        let Some(template) = table.select.get(name) else { continue };
        match filling.fill(template) {
            // INVARIANT: writing to a String cannot fail.
            Some(own) => _ = write!(sql, ",\n  {own} as \"{name}\""),
            None if contract.column(name).is_some_and(|rule| rule.required) => return None,
            None => {}
        }
    }
    // Rejected rows can then be found again.
    let own = identity.own;
    let _ = write!(sql, ",\n  {own}{FILE_COLUMN}, {own}{ROW_COLUMN}\nfrom {}", identity.from);
    let conditions = table.filters.iter().filter_map(|filter| filling.fill(filter));
    for (i, filter) in identity.filters.iter().cloned().chain(conditions).enumerate() {
        let _ = write!(sql, "\n{} {filter}", if i == 0 { "where" } else { "  and" });
    }
    Some(sql)
}

/// A text as SQL writes it.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
