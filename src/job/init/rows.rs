//! From columns that were recognized to a table spec: a source with columns renamed where that is enough, else SQL.

use std::collections::BTreeMap;

use super::key::{Key, KeyPlace};
use super::look::Find;
use crate::tables::contract::contract_of;
use crate::tables::spec::{TableName, TableSpec, WideSpec};

/// Columns that are read as they stand where a file has one of just this name: their values need no translation.
const AS_IT_STANDS: [&str; 5] = ["public", "answered_at", "agent", "team", "sought"];

/// A name as SQL writes it.
pub(super) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A column of the file itself; `s` is the file in every query that is made here.
pub(super) fn own(column: &str) -> String {
    format!("s.{}", name(column))
}

/// What fills a canonical column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filled {
    /// A column of the file.
    Column(String),
    /// SQL over the file as `s`.
    Sql(String),
}

/// A table in the making.
pub(super) struct Draft<'a> {
    /// All files, for keys that lead through another.
    pub(super) finds: &'a [Find],
    /// The file.
    pub(super) find: &'a Find,
    /// What names the customer in it.
    pub(super) key: &'a Key,
    /// Whether other files have rows without a name too: then a row number alone is not unique.
    pub(super) crowded: bool,
}

impl Draft<'_> {
    /// SQL of the customer's id, as text.
    pub(super) fn id(&self) -> String {
        let mut id = match &self.key.place {
            KeyPlace::Column(column) => format!("trim(cast({} as varchar))", own(column)),
            KeyPlace::Through { names, .. } => format!("trim(cast(o.{} as varchar))", name(names)),
            KeyPlace::Rows if self.by_number() => "cast(s.\"_row\" as varchar)".to_owned(),
            KeyPlace::Rows if self.find.files.len() > 1 || self.find.pattern.is_some() => {
                format!("{} || cast(s.\"_file\" as varchar) || '#' || cast(s.\"_row\" as varchar)", self.prefix())
            }
            KeyPlace::Rows => format!("{} || cast(s.\"_row\" as varchar)", self.prefix()),
        };
        for normal in &self.key.normals {
            id = normal.sql(&id);
        }
        id
    }

    fn prefix(&self) -> String {
        text(&if self.crowded { format!("{}-", self.find.name) } else { String::new() })
    }

    fn by_number(&self) -> bool {
        !self.crowded && self.find.files.len() == 1 && self.find.pattern.is_none()
    }

    /// What stands behind `from`.
    pub(super) fn from(&self) -> String {
        let source = name(&self.find.name);
        match &self.key.place {
            KeyPlace::Through { own: here, other, theirs, .. } => format!(
                "{source} s join {} o on cast({} as varchar) = cast(o.{} as varchar)",
                name(&self.finds[*other].name),
                own(here),
                name(theirs)
            ),
            _ => format!("{source} s"),
        }
    }

    /// Conditions under which a row is somebody's.
    pub(super) fn named(&self) -> Vec<String> {
        let mut wheres = Vec::new();
        if let KeyPlace::Column(column) = &self.key.place {
            if self.key.missing > 0.0 {
                wheres.push(format!("trim(cast({} as varchar)) <> ''", own(column)));
            }
            if !self.key.nobody.is_empty() {
                let words: Vec<String> = self.key.nobody.iter().map(|word| text(word)).collect();
                wheres.push(format!("trim(cast({} as varchar)) not in ({})", own(column), words.join(", ")));
            }
        }
        if let Some(line) = self.find.peek.data_from {
            wheres.push(format!("s.\"_row\" >= {line}"));
        }
        wheres
    }

    /// Whether the id can be had without SQL, and where.
    fn plain_id(&self) -> Option<String> {
        match &self.key.place {
            KeyPlace::Column(column) if self.key.normals.is_empty() => Some(column.clone()),
            KeyPlace::Rows if self.by_number() => Some("_row".to_owned()),
            _ => None,
        }
    }

    /// Rows of a canonical table, `wheres` beside those under which they are somebody's.
    pub(super) fn rows(&self, table: TableName, columns: &[(String, Filled)], wheres: Vec<String>) -> TableSpec {
        let mut wheres_all = self.named();
        wheres_all.extend(wheres);
        let columns = self.with_own_names(table, columns);
        let plain: Option<BTreeMap<String, String>> = columns
            .iter()
            .map(|(canonical, filled)| match filled {
                Filled::Column(column) => Some((canonical.clone(), column.clone())),
                Filled::Sql(_) => None,
            })
            .collect();
        let untold = |mapped: &BTreeMap<String, String>| {
            // A column of the file that bears a canonical name is read unless another is named in its place.
            let contract = contract_of(table);
            contract.columns.iter().any(|rule| {
                rule.name != "customer_id"
                    && !mapped.contains_key(rule.name)
                    && self.find.shapes.iter().any(|shape| shape.name == rule.name)
            })
        };
        if let (Some(mut mapped), Some(id), true) = (plain, self.plain_id(), wheres_all.is_empty())
            && !untold(&mapped)
        {
            mapped.insert("customer_id".to_owned(), id);
            return TableSpec { source: Some(self.find.name.clone()), columns: mapped, ..TableSpec::default() };
        }
        let mut select = vec![format!("{} as \"customer_id\"", self.id())];
        for (canonical, filled) in &columns {
            let sql = match filled {
                Filled::Column(column) => own(column),
                Filled::Sql(sql) => sql.clone(),
            };
            select.push(format!("{sql} as {}", name(canonical)));
        }
        TableSpec { query: Some(self.query(&select, &wheres_all)), ..TableSpec::default() }
    }

    /// The columns, and those of the file that bear the name of one that is read as it stands: who served, where it was
    /// said, what was looked for.
    fn with_own_names(&self, table: TableName, columns: &[(String, Filled)]) -> Vec<(String, Filled)> {
        let mut all = columns.to_vec();
        for rule in contract_of(table).columns.iter().filter(|rule| AS_IT_STANDS.contains(&rule.name)) {
            let mapped = columns.iter().any(|(canonical, filled)| {
                canonical == rule.name || matches!(filled, Filled::Column(column) if column == rule.name)
            });
            if !mapped && self.find.shapes.iter().any(|shape| shape.name == rule.name) {
                all.push((rule.name.to_owned(), Filled::Column(rule.name.to_owned())));
            }
        }
        all
    }

    fn query(&self, select: &[String], wheres: &[String]) -> String {
        let mut sql = format!("select {}\nfrom {}", select.join(",\n  "), self.from());
        if !wheres.is_empty() {
            sql.push_str("\nwhere ");
            sql.push_str(&wheres.join("\n  and "));
        }
        sql
    }

    /// A wide table over this file.
    pub(super) fn wide(&self, wide: WideSpec, date_format: Option<String>) -> TableSpec {
        let wheres = self.named();
        if let (Some(id), true) = (self.plain_id(), wheres.is_empty()) {
            let wide = WideSpec { id, ..wide };
            return TableSpec {
                source: Some(self.find.name.clone()),
                wide: Some(wide),
                date_format,
                ..TableSpec::default()
            };
        }
        let mut columns: Vec<&String> =
            wide.elements.values().chain(wide.questions.values()).chain(&wide.asked_at).collect();
        columns.sort();
        columns.dedup();
        let numbered =
            (0..=columns.len()).map(|n| if n == 0 { "respondent".to_owned() } else { format!("respondent_{n}") });
        let id = numbered.into_iter().find(|id| !columns.contains(&id)).unwrap_or_default();
        let mut select = vec![format!("{} as {}", self.id(), name(&id))];
        select.extend(columns.iter().map(|column| own(column)));
        let query = Some(self.query(&select, &wheres));
        TableSpec { query, wide: Some(WideSpec { id, ..wide }), date_format, ..TableSpec::default() }
    }

    /// SQL that gives each of the file's people once, as `customer_id`.
    pub(super) fn people(&self) -> String {
        let wheres = self.named();
        let wheres = if wheres.is_empty() { String::new() } else { format!(" where {}", wheres.join(" and ")) };
        format!("select {} as \"customer_id\" from {}{wheres}", self.id(), self.from())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::init::key::rows_key;
    use crate::tables::peek::Peek;

    fn find(columns: &[&str]) -> Find {
        let columns = columns.iter().map(|name| crate::tables::peek::PeekColumn {
            name: (*name).to_owned(),
            values: vec!["1".to_owned()],
            ..crate::tables::peek::PeekColumn::default()
        });
        let peek = Peek { columns: columns.collect(), rows: 1, ..Peek::default() };
        let shapes = peek.columns.iter().map(|column| super::super::shape::Shape::of(column, &peek)).collect();
        Find {
            name: "order".to_owned(),
            files: vec!["order.csv".into()],
            pattern: None,
            peek,
            shapes,
            stem: Vec::new(),
        }
    }

    fn key(column: &str) -> Key {
        Key { place: KeyPlace::Column(column.to_owned()), ..rows_key() }
    }

    #[test]
    fn a_source_with_columns_is_enough_where_nothing_must_be_changed() {
        let find = find(&["no", "date"]);
        let key = key("no");
        let draft = Draft { finds: &[], find: &find, key: &key, crowded: false };
        let columns = [("ordered_at".to_owned(), Filled::Column("date".to_owned()))];
        let spec = draft.rows(TableName::Orders, &columns, Vec::new());
        assert_eq!((spec.source.as_deref(), spec.columns["customer_id"].as_str()), (Some("order"), "no"));
    }

    #[test]
    fn a_column_that_bears_a_canonical_name_by_chance_is_kept_out_by_sql() {
        let find = find(&["no", "date", "amount"]);
        let key = key("no");
        let draft = Draft { finds: &[], find: &find, key: &key, crowded: false };
        let columns = [("ordered_at".to_owned(), Filled::Column("date".to_owned()))];
        let sql = draft.rows(TableName::Orders, &columns, Vec::new()).query.expect("SQL");
        assert!(sql.contains("from \"order\" s") && !sql.contains("amount"), "{sql}");
    }

    #[test]
    fn names_and_texts_are_quoted_whatever_they_hold() {
        assert_eq!(name("a\"b"), "\"a\"\"b\"");
        assert_eq!(text("it's"), "'it''s'");
    }
}
