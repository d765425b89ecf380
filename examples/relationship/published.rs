//! What the night published, beside the truth.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use serde_json::Value;
use valueseg::demo::FIRST_NIGHT;
use valueseg::tables::read::{RowMap, all_rows};

/// One customer: the published row, where there is one, and the truth.
pub(crate) struct Person {
    pub(crate) published: Option<RowMap>,
    pub(crate) truth: RowMap,
}

impl Person {
    /// A word of the truth.
    pub(crate) fn truth_word(&self, column: &str) -> Option<&str> {
        self.truth.get(column).and_then(Value::as_str)
    }

    /// A whole number of the truth.
    pub(crate) fn truth_number(&self, column: &str) -> Option<i64> {
        self.truth.get(column).and_then(Value::as_i64)
    }

    /// Whether the truth says yes.
    pub(crate) fn truth_flag(&self, column: &str) -> bool {
        self.truth.get(column).and_then(Value::as_bool).unwrap_or(false)
    }

    fn cell(&self, column: &str) -> Option<&Value> {
        self.published.as_ref().and_then(|row| row.get(column)).filter(|value| !value.is_null())
    }

    /// A word the job published; `None` = null, or there is no such column.
    pub(crate) fn word(&self, column: &str) -> Option<&str> {
        self.cell(column).and_then(Value::as_str)
    }

    /// A number the job published.
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        self.cell(column).and_then(Value::as_f64)
    }
}

/// A night and the truth behind it.
pub(crate) struct Night {
    pub(crate) people: Vec<Person>,
    pub(crate) drivers: Vec<RowMap>,
    /// Rows of the table of the lens; `None` = the night has no such table.
    pub(crate) relationship: Option<Vec<RowMap>>,
    pub(crate) truth: Value,
}

impl Night {
    /// Reads both below the folder of a demo.
    pub(crate) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let tables = folder.join(format!("out/runs/{FIRST_NIGHT}/tables"));
        let mut published = BTreeMap::new();
        for row in all_rows(&tables.join("customers.parquet"))? {
            let id = row["customer_id"].as_str().ok_or("an id")?.to_owned();
            published.insert(id, row);
        }
        let people = all_rows(&folder.join("truth/truth.parquet"))?
            .into_iter()
            .map(|truth| {
                let id = truth["customer_id"].as_str().ok_or("an id")?;
                Ok(Person { published: published.remove(id), truth })
            })
            .collect::<Result<_, &str>>()?;
        let lens = tables.join("relationship.parquet");
        Ok(Self {
            people,
            drivers: all_rows(&tables.join("drivers.parquet"))?,
            relationship: if lens.is_file() { Some(all_rows(&lens)?) } else { None },
            truth: serde_json::from_str(&std::fs::read_to_string(folder.join("truth/truth.json"))?)?,
        })
    }

    /// Those who were asked the questions of the second wave.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.truth_number("wave") == Some(2))
    }
}
