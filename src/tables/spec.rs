//! `[sources]` and `[tables]` of the configuration: where raw data lies and how it becomes canonical tables.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::rows::Aspect;

/// One value, or a list of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct OneOrMany<T>(pub Vec<T>);

/// What a canonical table is made of: one spec, or several whose rows are taken together (two waves of a survey, or
/// importance and fulfillment asked in different columns).
pub type TableSpecs = OneOrMany<TableSpec>;

impl<T> OneOrMany<T> {
    /// The values, in the order they were written.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    /// Decides by the shape of the text, not by trying both: a mistake inside is reported where it is.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Shape<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list of values")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(serde::de::value::StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany)
            }
        }
        deserializer.deserialize_any(Shape(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

/// Raw data as it lies: files of one kind with the same columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// A file, a folder (every data file directly in it) or a glob such as `in/crm/*.parquet`; or a list of these.
    /// Relative to the configuration file. Files are read in order of their paths.
    pub files: OneOrMany<String>,
    /// What the files hold. By default the extension decides: `.parquet`; `.csv`, `.tsv`, `.txt`; `.jsonl`,
    /// `.ndjson`, `.json`; each text format also with `.gz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// How CSV files are written. Never guessed during a night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csv: Option<CsvDialect>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Apache Parquet. Columns keep their types; nested columns are left aside.
    Parquet,
    /// Delimited text with a header line. Every column is text: write `cast(x as double)` in your own SQL.
    Csv,
    /// One JSON object a line. Every column is text, nested values are JSON text.
    Json,
}

impl Format {
    /// The word used in configuration and messages.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// How a CSV file is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CsvDialect {
    /// The character between fields; `"\t"` for tabs. By default a comma, and a tab for `.tsv` files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Character encoding by its WHATWG label: `utf-8`, `windows-1252`, `utf-16le`, `shift_jis` …
    pub encoding: String,
    /// Texts that stand for "nothing here". Compared with the whole field.
    pub nulls: Vec<String>,
    /// `"."` or `","`: what stands before the decimals of a number.
    pub decimal: char,
    /// The quote character.
    pub quote: char,
    /// Whether the first line names the columns. Without it they are `column_1`, `column_2` …
    pub header: bool,
}

impl Default for CsvDialect {
    fn default() -> Self {
        Self {
            delimiter: None,
            encoding: "utf-8".to_owned(),
            nulls: vec![String::new()],
            decimal: '.',
            quote: '"',
            header: true,
        }
    }
}

/// The canonical tables a base is described by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableName {
    /// One row per customer. The only table every base needs.
    Customers,
    /// Ratings of the elements of value.
    Ratings,
    /// Answers about the company as a whole: satisfaction, recommendation, trust …
    Attitudes,
    /// Orders.
    Orders,
    /// Contacts and events.
    Interactions,
    /// Written feedback.
    Feedback,
    /// Numbers per customer that were computed elsewhere.
    Signals,
    /// What was done to whom: feeds "did it work?".
    Treatments,
}

impl TableName {
    /// Every table, in the order they are read.
    pub const ALL: [Self; 8] = [
        Self::Customers,
        Self::Ratings,
        Self::Attitudes,
        Self::Orders,
        Self::Interactions,
        Self::Feedback,
        Self::Signals,
        Self::Treatments,
    ];

    /// The word used in configuration, SQL and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Ratings => "ratings",
            Self::Attitudes => "attitudes",
            Self::Orders => "orders",
            Self::Interactions => "interactions",
            Self::Feedback => "feedback",
            Self::Signals => "signals",
            Self::Treatments => "treatments",
        }
    }

    /// The table of that word.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.slug() == slug)
    }
}

/// How raw rows become rows of a canonical table: a source with columns renamed, a wide survey, or SQL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// The source whose rows these are. Either this or `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// A `select` over the sources, naming its result columns as the canonical table does. Two further columns of
    /// every source, `_file` and `_row`, may be selected too; then rejected rows can be found again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Canonical column = source column. A canonical column that is not named here is looked for under its own
    /// name. In `customers`, further names are kept as descriptors; in `signals`, as signals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// How the customer's id is brought to one form: `id = { lower = true, strip_prefix = "C-", pad = 8 }`. As written
    /// when absent, without blanks and invisible characters at its ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<IdForm>,
    /// A survey with one column per question, for `ratings` and `attitudes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wide: Option<WideSpec>,
    /// Worst and best answer of the scale ratings were given on, for a table with one answer per row. `[0, 10]`
    /// when absent; `[5, 1]` reads a scale on which 1 is best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<[f64; 2]>,
    /// How dates and times are written, in `strftime` letters (`%d.%m.%Y`). When absent, what can be read in one way only is
    /// read: the year first, or the month in letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_format: Option<String>,
    /// Answers that mean "does not apply to me": no rating, and not a mistake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_applicable: Vec<Answer>,
    /// What answers given in words are worth, on the scale: `{ satisfied = 10, dissatisfied = 0 }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, f64>,
    /// Whether elements or questions were asked the other way round. `["satisfaction"]` or `{ satisfaction = true }` turns its
    /// answers; `{ satisfaction = false }` says that they are right as they are, although they run against all others;
    /// `true` or `false` says so of the whole table. Until this is said, an outcome that runs against all others is not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversed: Option<Reversed>,
}

/// Which elements or questions were asked the other way round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Reversed {
    /// All of the table, or none.
    All(bool),
    /// These; of the others nothing is said.
    Named(Vec<String>),
    /// Each as it says; of the others nothing is said.
    Each(BTreeMap<String, bool>),
}

impl Reversed {
    /// What is said of an element or question; `None` = nothing.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<bool> {
        match self {
            Self::All(turned) => Some(*turned),
            Self::Named(names) => names.iter().any(|own| own == name).then_some(true),
            Self::Each(names) => names.get(name).copied(),
        }
    }

    /// The names that are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (named, each) = match self {
            Self::All(_) => (None, None),
            Self::Named(names) => (Some(names.iter()), None),
            Self::Each(names) => (None, Some(names.keys())),
        };
        named.into_iter().flatten().chain(each.into_iter().flatten()).map(String::as_str)
    }
}

/// How the customer's id is brought to one form before anything is joined by it: where one system writes `C-00017`, another
/// `17` and a third `c-17`. Applied in the order of the keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IdForm {
    /// Takes blanks and invisible characters off both ends. `true` when absent.
    pub trim: bool,
    /// Taken off the beginning where it stands there, to the letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strip_prefix: Option<String>,
    /// Writes letters in lower case: `A@B.ORG` and `a@b.org` are one person.
    pub lower: bool,
    /// Fills ids of digits up with zeros in front to this many: 8 makes `00000017` of `17`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pad: Option<usize>,
}

impl Default for IdForm {
    fn default() -> Self {
        Self { trim: true, strip_prefix: None, lower: false, pad: None }
    }
}

/// A survey with one row per respondent and one column per question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WideSpec {
    /// The column that holds the customer's id.
    pub id: String,
    /// Which question was asked, for `ratings`: importance or fulfillment. Fulfillment when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<Aspect>,
    /// The column that says when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<String>,
    /// The column that says how long the respondent took, in seconds; only people who were too fast are counted. The columns
    /// of Qualtrics and `LimeSurvey` are found by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// Worst and best answer of the scale. `[0, 10]` when absent; `[5, 1]` reads a scale on which 1 is best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<[f64; 2]>,
    /// Element = column, for `ratings`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub elements: BTreeMap<String, String>,
    /// Question = column, for `attitudes`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub questions: BTreeMap<String, String>,
    /// Answers that mean "does not apply to me": no rating, and not a mistake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_applicable: Vec<Answer>,
    /// What answers given in words are worth, on the scale: `{ satisfied = 10, dissatisfied = 0 }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, f64>,
    /// As `reversed` of a table with one answer per row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversed: Option<Reversed>,
}

impl TableSpec {
    /// What the spec says about answers that were asked the other way round, wherever it says so.
    #[must_use]
    pub fn said_reversed(&self) -> Option<&Reversed> {
        self.reversed.as_ref().or_else(|| self.wide.as_ref()?.reversed.as_ref())
    }
}

/// An answer as it stands in the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Answer {
    /// A number, whatever way it is written in the data.
    Number(f64),
    /// A text, compared with the whole trimmed field.
    Text(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Tables {
        tables: BTreeMap<TableName, TableSpecs>,
    }

    #[test]
    fn one_table_and_a_list_of_tables_are_both_read() {
        let text = r#"
            [tables.customers]
            source = "crm"
            columns = { customer_id = "no" }
            [[tables.ratings]]
            source = "a"
            wide = { id = "no", aspect = "importance", scale = [1, 5], elements = { quality = "Q1" }, not_applicable = [0, "n/a"] }
            [[tables.ratings]]
            query = "select 1"
        "#;
        let Tables { tables } = toml::from_str(text).expect("reads");
        assert_eq!(tables[&TableName::Customers].as_slice().len(), 1);
        let ratings = tables[&TableName::Ratings].as_slice();
        assert_eq!(ratings.len(), 2);
        let wide = ratings[0].wide.as_ref().expect("wide");
        assert_eq!(wide.not_applicable, vec![Answer::Number(0.0), Answer::Text("n/a".to_owned())]);
        assert_eq!(wide.scale, Some([1.0, 5.0]));
    }

    #[test]
    fn reversed_is_a_word_a_list_or_a_table() {
        let read = |text: &str| {
            let spec: TableSpec = toml::from_str(&format!("source = \"a\"\nreversed = {text}")).expect("reads");
            let reversed = spec.said_reversed().expect("said").clone();
            [reversed.of("satisfaction"), reversed.of("trust")]
        };
        assert_eq!(read("true"), [Some(true), Some(true)]);
        assert_eq!(read("[\"satisfaction\"]"), [Some(true), None]);
        assert_eq!(read("{ satisfaction = false }"), [Some(false), None]);
    }

    #[test]
    fn a_mistake_inside_a_list_is_named_not_hidden() {
        let text = "[[tables.ratings]]\nsauce = \"a\"\n";
        let message = toml::from_str::<Tables>(text).expect_err("refused").to_string();
        assert!(message.contains("sauce") && message.contains("source"), "{message}");
    }

    #[test]
    fn an_unknown_table_is_refused_with_the_known_ones() {
        let message =
            toml::from_str::<Tables>("[tables.costumers]\nsource = \"a\"\n").expect_err("refused").to_string();
        assert!(message.contains("customers"), "{message}");
    }

    #[test]
    fn the_schema_of_a_source_offers_a_text_or_a_list() {
        let schema = serde_json::to_string(&schemars::schema_for!(SourceSpec)).expect("json");
        assert!(schema.contains("anyOf") && schema.contains("minItems"), "{schema}");
    }
}
