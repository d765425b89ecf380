//! A file that is a known export, and what becomes of it.

use super::fingerprint::{ExportTable, Fingerprint, IdColumn};
use super::header::Header;
use super::people::{PeopleRows, everybody};
use super::rows::{Identity, spec};
use super::template::{Companion, Filling};
use crate::job::init::mapped::{Confidence, MappedTable, SOURCE_MARK};
use crate::tables::spec::{TableName, TableSpec, WideSpec};

/// Column of [`AnswerRows::query`] that holds the id.
pub const ANSWER_ID: &str = "_customer";
/// Column of [`AnswerRows::query`] that says when, where the export tells.
pub const ANSWER_AT: &str = "_asked_at";

/// A file that is a known export.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognized {
    /// File name of the fingerprint, without its ending.
    pub key: String,
    /// Its name for people.
    pub export: String,
    /// Whose product makes it.
    pub vendor: String,
    /// Columns of the header line it was known by.
    pub matched: usize,
    /// The tables it fills by itself; the source is written as [`SOURCE_MARK`].
    pub tables: Vec<MappedTable>,
    /// Columns of the file that may name the customer, the likeliest first.
    pub ids: Vec<String>,
    /// Those of [`ids`](Self::ids) that hold e-mail addresses.
    pub addresses: Vec<String>,
    /// Lines below the header line that repeat it in other words.
    pub header_rows: usize,
    /// The line below the header line, counted from 1, that holds the wording of questions.
    pub questions_from_row: Option<usize>,
    /// Columns that may hold answers, in the order of the file.
    pub answer_columns: Vec<String>,
    /// Whole cells that mean "nothing here", beside the empty one.
    pub nulls: Vec<String>,
    /// What is to be known about the file.
    pub note: Option<String>,
    pub(super) fingerprint: Fingerprint,
    pub(super) header: Header,
    /// Name of the source, as far as it is known.
    pub(super) source: String,
}

/// Rows of answers: a query that leaves out what is no answer, for a `wide` table over it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRows {
    /// Every column of the file, with [`ANSWER_ID`] and, where the export tells, [`ANSWER_AT`].
    pub query: String,
    /// Whether the query has [`ANSWER_AT`].
    pub dated: bool,
    /// How it is written; ISO 8601 when absent.
    pub date_format: Option<String>,
}

impl AnswerRows {
    /// A table over these rows. `wide` says which column answers what; the id is set here, and the date where the export tells
    /// it: else `date_format` is how `wide` has it.
    #[must_use]
    pub fn table(&self, wide: WideSpec, date_format: Option<String>) -> TableSpec {
        let (asked_at, date_format) = if self.dated {
            (Some(ANSWER_AT.to_owned()), self.date_format.clone())
        } else {
            (wide.asked_at, date_format)
        };
        TableSpec {
            query: Some(self.query.clone()),
            date_format,
            wide: Some(WideSpec { id: ANSWER_ID.to_owned(), asked_at, ..wide }),
            ..TableSpec::default()
        }
    }
}

impl Recognized {
    /// The same with another column as the customer's id: one of [`ids`](Self::ids), or any other of the file. `address`
    /// says whether it holds e-mail addresses, where the fingerprint does not know. `None` = there is no such column.
    #[must_use]
    pub fn with_id(&self, column: &str, address: bool) -> Option<Self> {
        let column = self.header.find(column)?.to_owned();
        let mut other = self.clone();
        other.ids.retain(|id| *id != column);
        if self.known_id(&column).is_none() {
            let id = IdColumn { column: column.clone(), address, strip: None, nobody: Vec::new(), through: None };
            other.fingerprint.ids.push(id);
            other.addresses.extend(address.then(|| column.clone()));
        }
        other.answer_columns.retain(|answer| *answer != column);
        other.ids.insert(0, column);
        other.tables = other.tables_of_its_own();
        Some(other)
    }

    fn known_id(&self, column: &str) -> Option<&IdColumn> {
        let mut direct = self.fingerprint.ids.iter().filter(|id| id.through.is_none());
        direct.find(|id| self.header.find(&id.column) == Some(column))
    }

    /// What it knows of people, by the first of [`ids`](Self::ids); `None` = nobody is named in it.
    #[must_use]
    pub fn people(&self) -> Option<PeopleRows> {
        self.identity().map(|identity| self.people_by(&identity))
    }

    /// Rows of answers, by the first of [`ids`](Self::ids); `None` = it holds none, or names nobody.
    #[must_use]
    pub fn answers(&self) -> Option<AnswerRows> {
        self.answers_by(&self.identity()?)
    }

    pub(super) fn identity(&self) -> Option<Identity> {
        let first = self.ids.first()?;
        Some(Identity::direct(self.known_id(first)?, first, &self.source))
    }

    pub(super) fn people_by(&self, identity: &Identity) -> PeopleRows {
        let filling = self.filling(identity, None);
        let known =
            self.fingerprint.tables.iter().find(|table| table.is == TableName::Customers && table.with.is_none());
        let fields = known.iter().flat_map(|table| &table.select);
        let select = fields.filter_map(|(name, text)| Some((name.clone(), filling.fill(text)?))).collect();
        let mut filters = identity.filters.clone();
        match known {
            Some(table) => filters.extend(table.filters.iter().filter_map(|filter| filling.fill(filter))),
            None => {
                let rows = self.fingerprint.answers.iter().flat_map(|answers| &answers.filters);
                filters.extend(rows.filter_map(|filter| filling.fill(filter)));
            }
        }
        PeopleRows { id: identity.sql.clone(), select, from: identity.from.clone(), filters }
    }

    pub(super) fn answers_by(&self, identity: &Identity) -> Option<AnswerRows> {
        let answers = self.fingerprint.answers.as_ref()?;
        let filling = self.filling(identity, None);
        let at = answers.asked_at.as_ref().and_then(|text| filling.fill(text));
        let dated = at.is_some();
        let at = at.map(|sql| format!(",\n  {sql} as \"{ANSWER_AT}\"")).unwrap_or_default();
        let mut filters = identity.filters.clone();
        filters.extend(answers.filters.iter().filter_map(|filter| filling.fill(filter)));
        let (sql, from, filters) = (&identity.sql, &identity.from, filters.join("\n  and "));
        let query = format!("select *, {sql} as \"{ANSWER_ID}\"{at}\nfrom {from}\nwhere {filters}");
        Some(AnswerRows { query, dated, date_format: answers.date_format.clone() })
    }

    pub(super) fn filling<'a>(&'a self, identity: &'a Identity, other: Option<Companion<'a>>) -> Filling<'a> {
        Filling { header: &self.header, id: &identity.sql, source: &self.source, own: identity.own, other }
    }

    /// The table as the configuration gets it.
    pub(super) fn mapped(&self, table: &ExportTable, spec: TableSpec) -> MappedTable {
        let decided = table.reason.iter().map(|reason| format!("; {reason}"));
        let reason = format!("{}, known by {} columns", self.export, self.matched) + &decided.collect::<String>();
        MappedTable { table: table.is, spec, confidence: Confidence::High, reason, questions: Vec::new() }
    }

    /// Tables that need no other file.
    pub(super) fn tables_of_its_own(&self) -> Vec<MappedTable> {
        let Some(identity) = self.identity() else { return Vec::new() };
        let filling = self.filling(&identity, None);
        let alone = self.fingerprint.tables.iter().filter(|table| table.with.is_none());
        let made = alone.filter_map(|table| {
            let spec = match table.is {
                TableName::Customers => everybody(&[self.people_by(&identity)]),
                _ => spec(table, &identity, &filling)?,
            };
            Some(self.mapped(table, spec))
        });
        made.collect()
    }

    /// The name of the source set in everything that is asked for from now on; [`SOURCE_MARK`] until then.
    #[must_use]
    pub fn named(mut self, source: &str) -> Self {
        source.clone_into(&mut self.source);
        self.tables = self.tables_of_its_own();
        self
    }

    pub(super) fn unnamed(&self) -> bool {
        self.source == SOURCE_MARK
    }
}
