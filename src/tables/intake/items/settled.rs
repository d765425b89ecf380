//! What people have said about columns that run against others.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::rows::Aspect;
use crate::tables::spec::{TableName, TableSpec, TableSpecs};

/// What people have said about columns by their names, `importance_quality` or `satisfaction`: asked the other way round or
/// not.
pub(in crate::tables::intake) struct Settled {
    /// Said to be right as they are.
    pub(in crate::tables::intake) right: BTreeSet<String>,
    /// Said to be asked the other way round, and turned already.
    pub(in crate::tables::intake) turned: BTreeSet<String>,
}

impl Settled {
    /// What the specs of both tables of answers say.
    pub(in crate::tables::intake) fn of(
        tables: &BTreeMap<TableName, TableSpecs>,
        ratings: &[String],
        attitudes: &[String],
    ) -> Self {
        let mut settled = Self { right: BTreeSet::new(), turned: BTreeSet::new() };
        for (table, names) in [(TableName::Ratings, ratings), (TableName::Attitudes, attitudes)] {
            for spec in tables.get(&table).map_or(&[][..], |specs| specs.as_slice()) {
                let Some(said) = spec.said_reversed() else { continue };
                for name in names.iter().filter(|name| holds(spec, table, name)) {
                    // `importance_quality` is written as `quality`.
                    let written = match table {
                        TableName::Ratings => name.split_once('_').map_or("", |(_, slug)| slug),
                        _ => name.as_str(),
                    };
                    match said.of(written) {
                        Some(true) => drop(settled.turned.insert(name.clone())),
                        Some(false) => drop(settled.right.insert(name.clone())),
                        None => {}
                    }
                }
            }
        }
        settled
    }
}

/// Whether a spec may fill a column of this name: a wide one of ratings is about one aspect.
fn holds(spec: &TableSpec, table: TableName, name: &str) -> bool {
    let Some(wide) = spec.wide.as_ref().filter(|_| table == TableName::Ratings) else { return true };
    name.starts_with(wide.aspect.unwrap_or(Aspect::Fulfillment).slug())
}
