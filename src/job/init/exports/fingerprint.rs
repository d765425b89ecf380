//! What is known of one export: its columns, and how its rows become canonical tables. Read from TOML, checked once.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::header::Header;
use super::template;
use crate::tables::contract::contract_of;
use crate::tables::spec::{Answer, TableName};

/// A known export. Its form is described in `data/exports/README.md`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// What people call it.
    pub name: String,
    /// Whose product makes it.
    pub vendor: String,
    /// Where its columns are described, or how they are known.
    pub source: String,
    /// Columns that must be there. `A|B` is one of them, `*_end` the first that ends so.
    pub must: Vec<String>,
    /// Columns that are often there.
    #[serde(default)]
    pub may: Vec<String>,
    /// Whether a file with any further column is something else.
    #[serde(default)]
    pub closed: bool,
    /// What cells must look like.
    #[serde(default)]
    pub marks: Vec<HeaderMark>,
    /// Lines below the header line that repeat it in other words.
    #[serde(default)]
    pub header_rows: usize,
    /// Whole cells that mean "nothing here", beside the empty one.
    #[serde(default)]
    pub nulls: Vec<String>,
    /// Columns that may name the customer, the most telling first.
    #[serde(default)]
    pub ids: Vec<IdColumn>,
    /// What is to be known about the file, in one sentence.
    #[serde(default)]
    pub note: Option<String>,
    /// Canonical tables its rows fill.
    #[serde(default)]
    pub tables: Vec<ExportTable>,
    /// Where answers to questions stand whose wording only the company knows.
    #[serde(default)]
    pub answers: Option<ExportAnswers>,
}

/// What the first cells of a column must look like.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderMark {
    /// The column.
    pub column: String,
    /// How one of its first cells begins, with every run of digits written as `9`; one of these.
    pub begins: Vec<String>,
    /// How many of its first cells are looked at.
    #[serde(default = "one")]
    pub within: usize,
}

fn one() -> usize {
    1
}

/// A column that may name the customer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdColumn {
    /// The column of this export.
    pub column: String,
    /// Whether the id is an e-mail address: blanks around it and case then do not tell people apart.
    #[serde(default)]
    pub address: bool,
    /// Signs before the id that do not belong to it.
    #[serde(default)]
    pub strip: Option<String>,
    /// Ids that stand for nobody.
    #[serde(default)]
    pub nobody: Vec<String>,
    /// Another export of the same vendor that says more about this id.
    #[serde(default)]
    pub through: Option<Through>,
}

/// How an id is looked up in another export.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// File name of its fingerprint, without the ending.
    pub export: String,
    /// Its column that holds the same id.
    pub key: String,
    /// Its column that names the customer.
    pub gives: String,
}

/// How rows of the export become rows of a canonical table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportTable {
    /// The canonical table.
    pub is: TableName,
    /// Canonical column = SQL over `[columns]` of the export. A line naming a column that is not there is left out.
    #[serde(default)]
    pub select: BTreeMap<String, String>,
    /// Conditions on rows, as SQL over `[columns]`. One naming a column that is not there is left out.
    #[serde(default, rename = "where")]
    pub filters: Vec<String>,
    /// The whole query instead, where `select` does not do. Its lines are kept or left out one by one.
    #[serde(default)]
    pub query: Option<String>,
    /// Another export without which there is no such table. Its own table of the kind is then not made.
    #[serde(default)]
    pub with: Option<String>,
    /// How dates are written; ISO 8601 when absent.
    #[serde(default)]
    pub date_format: Option<String>,
    /// Worst and best answer, for tables of answers.
    #[serde(default)]
    pub scale: Option<[f64; 2]>,
    /// What words are worth, for tables of answers.
    #[serde(default)]
    pub values: BTreeMap<String, f64>,
    /// Answers that mean "does not apply".
    #[serde(default)]
    pub not_applicable: Vec<Answer>,
    /// What was decided here that a reader may want otherwise, in a few words.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Where answers stand in an export of a survey.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportAnswers {
    /// When somebody answered, as SQL over `[columns]`.
    #[serde(default)]
    pub asked_at: Option<String>,
    /// How that is written; ISO 8601 when absent.
    #[serde(default)]
    pub date_format: Option<String>,
    /// Conditions on rows, as SQL over `[columns]`.
    #[serde(default, rename = "where")]
    pub filters: Vec<String>,
    /// The line below the header line that holds the wording, counted from 1.
    #[serde(default)]
    pub questions_row: Option<usize>,
    /// Columns that are no answers, beside those of `must`, `may` and `ids`.
    #[serde(default)]
    pub leave: Vec<String>,
}

impl Fingerprint {
    /// Reads and checks a fingerprint.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fingerprint: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        fingerprint.check()?;
        Ok(fingerprint)
    }

    fn check(&self) -> Result<(), String> {
        if self.must.is_empty() {
            return Err("`must` names no column".to_owned());
        }
        if self.ids.is_empty() && self.note.is_none() {
            return Err("`ids` names no column; an export without customers says so in `note`".to_owned());
        }
        let known = Header::new(self.known().flat_map(|name| name.split('|')));
        let declared = |column: &str| match known.find(column) {
            Some(_) => Ok(()),
            None => Err(format!("`{column}` is named and stands neither in `must` nor in `may`")),
        };
        self.ids.iter().try_for_each(|id| declared(&id.column))?;
        self.marks.iter().try_for_each(|mark| declared(&mark.column))?;
        for table in &self.tables {
            table.check()?;
            let texts = table.select.values().chain(&table.filters).chain(&table.query);
            texts.flat_map(|text| template::columns(text)).try_for_each(declared)?;
        }
        let answers = self.answers.iter().flat_map(|answers| answers.filters.iter().chain(&answers.asked_at));
        answers.flat_map(|text| template::columns(text)).try_for_each(declared)
    }

    /// Every column named, alternatives still joined.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        self.must.iter().chain(&self.may).map(String::as_str)
    }
}

impl ExportTable {
    fn check(&self) -> Result<(), String> {
        let contract = contract_of(self.is);
        let table = self.is.slug();
        if self.query.is_some() {
            let plain = self.select.is_empty() && self.filters.is_empty() && self.is != TableName::Customers;
            return if plain { Ok(()) } else { Err(format!("`{table}` takes `query` alone, or `select` and `where`")) };
        }
        for column in self.select.keys() {
            if column == "customer_id" || (contract.column(column).is_none() && contract.further.is_none()) {
                return Err(format!("`{column}` cannot be selected for `{table}`"));
            }
        }
        let lacks = |name: &str| name != "customer_id" && !self.select.contains_key(name);
        match contract.columns.iter().find(|rule| rule.required && lacks(rule.name)) {
            Some(rule) => Err(format!("`{table}` lacks `{}`", rule.name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Fingerprint::parse(text).expect_err("refused")
    }

    const START: &str =
        "name = \"a\"\nvendor = \"b\"\nsource = \"c\"\nmust = [\"no\", \"at|on\"]\nids = [{ column = \"no\" }]\n";

    #[test]
    fn a_fingerprint_names_only_columns_it_declares() {
        assert!(Fingerprint::parse(START).is_ok());
        let orders = "[[tables]]\nis = \"orders\"\nselect = { ordered_at = \"[on|at]\", amount = \"[Net]\" }\n";
        assert!(refused(&format!("{START}{orders}")).contains("`Net`"));
        let fine = START.replace("ids", "may = [\"net\"]\nids");
        assert!(Fingerprint::parse(&format!("{fine}{orders}")).is_ok());
        assert!(refused(&START.replace("{ column = \"no\" }", "{ column = \"number\" }")).contains("`number`"));
    }

    #[test]
    fn a_table_without_what_it_must_hold_is_refused() {
        let orders = "[[tables]]\nis = \"orders\"\nselect = { amount = \"[no]\" }\n";
        assert!(refused(&format!("{START}{orders}")).contains("`ordered_at`"));
        let foreign = "[[tables]]\nis = \"orders\"\nselect = { ordered_at = \"[at]\", price = \"[no]\" }\n";
        assert!(refused(&format!("{START}{foreign}")).contains("`price`"));
        assert!(refused(&format!("{START}sauce = 1\n")).contains("sauce"));
    }
}
