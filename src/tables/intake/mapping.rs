//! Which column of the data is which canonical column: names resolved and refused before a row is read.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::Schema;

use super::super::contract::{ColumnRule, Kind, OnBad, TableContract, contract_of};
use super::super::names::{nearest, slip_of};
use super::super::source::{FILE_COLUMN, ROW_COLUMN, on_one_line};
use super::super::spec::{Answer, TableName, TableSpec, WideSpec};
use super::cells::{Cells, element_of};
use super::date_format::DateFormat;
use super::error::IntakeError;
use crate::catalogue::ElementId;
use crate::model::rows::Aspect;

/// Most digits an id may be filled up to.
const MOST_PAD: usize = 64;

/// Input of a wide table that holds how long a respondent took.
pub(super) const DURATION: &str = "duration";

/// Columns that survey tools write it into, in seconds: Qualtrics, `LimeSurvey`.
const DURATIONS: [&str; 3] = ["Duration (in seconds)", "interviewtime", "duration_seconds"];

/// A canonical column and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Input {
    /// Canonical name.
    pub(super) name: String,
    /// What it must hold.
    pub(super) kind: Kind,
    /// Whether a row without it is rejected.
    pub(super) required: bool,
    /// What an unreadable cell does.
    pub(super) bad: OnBad,
    /// Column of the source or query, as rejects name it.
    pub(super) from: String,
}

/// How the answers of a table of ratings or attitudes are laid out and read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    /// The answer that becomes 0.
    pub(super) worst: f64,
    /// The answer that becomes 10.
    pub(super) best: f64,
    /// Numbers that mean "does not apply".
    pub(super) not_applicable: Vec<f64>,
    /// Texts that mean "does not apply".
    pub(super) not_applicable_words: Vec<String>,
    /// What words are worth.
    pub(super) words: Vec<(String, f64)>,
    /// Cells that were asked the other way round.
    pub(super) turned: Vec<usize>,
}

/// The layout of a spec.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// A row is a row.
    Rows,
    /// One answer per row: ratings or attitudes.
    Long(Scale),
    /// One respondent per row; the inputs after id and date are these cells.
    Wide(Scale, Vec<usize>),
}

/// A spec whose names were resolved.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapping {
    pub(super) inputs: Vec<Input>,
    pub(super) form: Form,
    /// Result columns of a query that nothing reads.
    pub(super) unused: Vec<String>,
}

/// The columns there are.
#[derive(Clone, Copy)]
pub(super) struct Available<'a> {
    pub(super) schema: &'a Schema,
    /// Names that may be somebody's data, and what they are called instead.
    pub(super) unsaid: &'a BTreeMap<String, String>,
}

/// What a column is called where people read of it.
pub(super) fn said(unsaid: &BTreeMap<String, String>, name: &str) -> String {
    unsaid.get(name).map_or(name, String::as_str).to_owned()
}

/// Resolves the names of a spec against the columns there are. `place` is its key in the configuration, `cells` the
/// cells of the table if it holds answers.
pub(super) fn resolve(
    table: TableName,
    spec: &TableSpec,
    place: &str,
    available: &Available<'_>,
    cells: Option<&Cells>,
) -> Result<Mapping, IntakeError> {
    let Available { schema, unsaid } = *available;
    let names = schema.fields().iter().map(|field| field.name().as_str());
    let names = names.filter(|name| *name != FILE_COLUMN && *name != ROW_COLUMN).collect();
    let seen = Seen { place, spec, available: schema, unsaid, names, contract: contract_of(table) };
    seen.check_shape()?;
    match (&spec.wide, cells) {
        (Some(wide), Some(cells)) => seen.wide(wide, cells),
        (Some(_), None) => Err(seen.refuse("`wide` is for `ratings` and `attitudes` only".to_owned())),
        (None, Some(cells)) => {
            let mut mapping = seen.rows()?;
            let mut scale = scale(place, spec.scale, &spec.not_applicable, &spec.values)?;
            scale.turned = seen.turned(cells, &[Aspect::Importance, Aspect::Fulfillment])?;
            mapping.form = Form::Long(scale);
            Ok(mapping)
        }
        (None, None) => seen.rows(),
    }
}

/// The consent to advertising, which is as near to that to text messages as a slip of the pen.
const CONSENT_ADS: &str = "consent_ads";

/// What a further column is taken as: a consent of any name is a flag.
fn further_kind(kind: Kind, name: &str) -> Kind {
    if kind == Kind::Text && name.starts_with("consent_") { Kind::Flag } else { kind }
}

struct Seen<'a> {
    place: &'a str,
    spec: &'a TableSpec,
    available: &'a Schema,
    unsaid: &'a BTreeMap<String, String>,
    /// Names of the columns there are, but those of places.
    names: BTreeSet<&'a str>,
    contract: &'static TableContract,
}

impl Seen<'_> {
    fn refuse(&self, what: String) -> IntakeError {
        IntakeError::Spec { place: self.place.to_owned(), what }
    }

    fn check_shape(&self) -> Result<(), IntakeError> {
        let spec = self.spec;
        if let Some(format) = &spec.date_format {
            DateFormat::parse(format).map_err(|what| self.refuse(what))?;
        }
        if spec.id.as_ref().and_then(|form| form.pad).is_some_and(|width| !(1..=MOST_PAD).contains(&width)) {
            return Err(self.refuse(format!("id.pad is the digits an id is filled up to with zeros, 1 to {MOST_PAD}")));
        }
        if spec.wide.is_some() {
            if !spec.columns.is_empty() {
                return Err(self.refuse("`columns` and `wide` exclude each other".to_owned()));
            }
            if spec.reversed.is_some() && spec.wide.as_ref().is_some_and(|wide| wide.reversed.is_some()) {
                return Err(self.refuse("write `reversed` once".to_owned()));
            }
            if spec.scale.is_some() || !spec.values.is_empty() || !spec.not_applicable.is_empty() {
                return Err(self.refuse("write `scale`, `values` and `not_applicable` inside `wide`".to_owned()));
            }
        }
        let answers = matches!(self.contract.name, TableName::Ratings | TableName::Attitudes);
        if !answers && (spec.scale.is_some() || !spec.values.is_empty() || !spec.not_applicable.is_empty()) {
            let what = "`scale`, `values` and `not_applicable` are for `ratings` and `attitudes` only";
            return Err(self.refuse(what.to_owned()));
        }
        if !answers && spec.reversed.is_some() {
            return Err(self.refuse("`reversed` is for `ratings` and `attitudes` only".to_owned()));
        }
        Ok(())
    }

    /// The cells whose answers are turned: those of elements in these aspects, or of questions.
    fn turned(&self, cells: &Cells, aspects: &[Aspect]) -> Result<Vec<usize>, IntakeError> {
        let Some(reversed) = self.spec.said_reversed() else { return Ok(Vec::new()) };
        let cells_of = |name: &str| -> Result<Vec<usize>, IntakeError> {
            let place = format!("{}.reversed", self.place);
            if cells.table() == TableName::Ratings {
                let element = element_of(name).ok_or_else(|| IntakeError::UnknownElement {
                    place,
                    element: name.to_owned(),
                    nearest: nearest(name, ElementId::all().map(ElementId::slug)),
                })?;
                return Ok(aspects.iter().map(|aspect| aspect.indicator(element)).collect());
            }
            let question = cells.question(name).ok_or_else(|| IntakeError::UnknownQuestion {
                place,
                question: name.to_owned(),
                nearest: cells.near_question(name),
            })?;
            Ok(vec![question])
        };
        let mut turned = Vec::new();
        for name in reversed.names() {
            let own = cells_of(name)?;
            if reversed.of(name) == Some(true) {
                turned.extend(own);
            }
        }
        if reversed.of("") == Some(true) {
            turned.extend(0..cells.names().len());
        }
        Ok(turned)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let fields = self.available.fields().iter().map(|field| field.name().as_str());
        fields.filter(|name| *name != FILE_COLUMN && *name != ROW_COLUMN)
    }

    /// Names that may be said.
    fn sayable(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| !self.unsaid.contains_key(*name))
    }

    fn has(&self, column: &str) -> bool {
        self.names.contains(column)
    }

    /// A source column a user named must exist.
    fn existing(&self, key: &str, column: &str) -> Result<String, IntakeError> {
        // The row number may stand in for an id where the data has none.
        if self.has(column) || column == ROW_COLUMN && self.available.column_with_name(ROW_COLUMN).is_some() {
            return Ok(column.to_owned());
        }
        // As sources name columns whose name stands on several lines.
        let plain = on_one_line(column);
        if self.has(&plain) {
            return Ok(plain);
        }
        Err(IntakeError::UnknownColumn {
            place: format!("{}.{key}", self.place),
            source_name: self.spec.source.clone().unwrap_or_else(|| "query".to_owned()),
            column: column.to_owned(),
            nearest: nearest(column, self.sayable()),
        })
    }

    fn input(rule: &ColumnRule, from: String) -> Input {
        Input { name: rule.name.to_owned(), kind: rule.kind, required: rule.required, bad: rule.bad, from }
    }

    fn rows(&self) -> Result<Mapping, IntakeError> {
        let mut inputs = Vec::new();
        for rule in self.contract.columns {
            let from = match self.spec.columns.get(rule.name) {
                Some(from) => self.existing(&format!("columns.{}", rule.name), from)?,
                None if self.has(rule.name) => rule.name.to_owned(),
                None if rule.required => {
                    return Err(IntakeError::MissingColumn {
                        place: self.place.to_owned(),
                        table: self.contract.name.slug(),
                        column: rule.name,
                        nearest: nearest(rule.name, self.sayable()),
                    });
                }
                None => continue,
            };
            inputs.push(Self::input(rule, from));
        }
        let mut unused = Vec::new();
        self.further(&mut inputs, &mut unused)?;
        Ok(Mapping { inputs, form: Form::Rows, unused })
    }

    /// Columns beyond the contract: descriptors of customers, signals; elsewhere refused.
    fn further(&self, inputs: &mut Vec<Input>, unused: &mut Vec<String>) -> Result<(), IntakeError> {
        let own: Vec<&str> = self.contract.columns.iter().map(|rule| rule.name).collect();
        let push = |inputs: &mut Vec<Input>, kind, name: &str, from: &str| {
            let (name, from) = (name.to_owned(), from.to_owned());
            // Columns of several files may be called by the same place.
            if inputs.iter().any(|input| input.name == name) {
                return;
            }
            inputs.push(Input { name, kind, required: false, bad: OnBad::Cell, from });
        };
        for (name, from) in self.spec.columns.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
            let place = format!("{}.columns.{name}", self.place);
            let slip = slip_of(name, own.iter().copied()).filter(|_| name != CONSENT_ADS);
            match self.contract.further {
                Some(kind) if slip.is_none() => {
                    push(inputs, further_kind(kind, name), name, &self.existing(&format!("columns.{name}"), from)?);
                }
                _ => {
                    return Err(IntakeError::UnknownCanonical {
                        place,
                        table: self.contract.name.slug(),
                        column: name.clone(),
                        nearest: slip.map_or_else(|| nearest(name, own.iter().copied()), |s| vec![s.to_owned()]),
                    });
                }
            }
        }
        let named_further = self.spec.columns.keys().any(|name| !own.contains(&name.as_str()));
        let mapped: BTreeSet<&str> = self.spec.columns.iter().flat_map(|(name, from)| [name.as_str(), from]).collect();
        let used = |name: &str| own.contains(&name) || mapped.contains(name);
        for field in self.available.fields() {
            let name = field.name().as_str();
            if name == FILE_COLUMN || name == ROW_COLUMN || used(name) {
                continue;
            }
            if self.spec.query.is_some() {
                if let Some(slip) = slip_of(name, own.iter().copied()).filter(|_| name != CONSENT_ADS) {
                    return Err(IntakeError::UnknownCanonical {
                        place: format!("{}.query", self.place),
                        table: self.contract.name.slug(),
                        column: name.to_owned(),
                        nearest: vec![slip.to_owned()],
                    });
                }
                match self.contract.further {
                    Some(kind) => push(inputs, further_kind(kind, name), &said(self.unsaid, name), name),
                    None => unused.push(said(self.unsaid, name)),
                }
            } else if self.contract.name == TableName::Signals && !named_further && field.data_type().is_numeric() {
                push(inputs, Kind::Measure, &said(self.unsaid, name), name);
            }
        }
        Ok(())
    }

    fn wide(&self, wide: &WideSpec, cells: &Cells) -> Result<Mapping, IntakeError> {
        let ratings = cells.table() == TableName::Ratings;
        let (columns, key, other) = if ratings {
            (&wide.elements, "elements", &wide.questions)
        } else {
            (&wide.questions, "questions", &wide.elements)
        };
        if columns.is_empty() || !other.is_empty() || (!ratings && wide.aspect.is_some()) {
            let what = format!("a wide table of {} names its columns in `{key}` alone", cells.table().slug());
            return Err(self.refuse(what));
        }
        let aspect = wide.aspect.unwrap_or(Aspect::Fulfillment);
        let rule = |name| self.contract.column(name).expect("both tables of answers have it");
        let mut inputs = vec![Self::input(rule("customer_id"), self.existing("wide.id", &wide.id)?)];
        if let Some(from) = &wide.asked_at {
            inputs.push(Self::input(rule("asked_at"), self.existing("wide.asked_at", from)?));
        }
        let known = || DURATIONS.into_iter().find(|name| self.has(name)).map(str::to_owned);
        let duration = match &wide.duration {
            Some(from) => Some(self.existing("wide.duration", from)?),
            None => known(),
        };
        if let Some(from) = duration {
            let (name, kind) = (DURATION.to_owned(), Kind::Number { low: 0.0, high: f64::INFINITY });
            inputs.push(Input { name, kind, required: false, bad: OnBad::Cell, from });
        }
        let mut numbers = Vec::new();
        for (name, from) in columns {
            let place = format!("{}.wide.{key}", self.place);
            let cell = if ratings {
                let element = element_of(name).ok_or_else(|| IntakeError::UnknownElement {
                    place,
                    element: name.clone(),
                    nearest: nearest(name, ElementId::all().map(ElementId::slug)),
                })?;
                aspect.indicator(element)
            } else {
                cells.question(name).ok_or_else(|| IntakeError::UnknownQuestion {
                    place,
                    question: name.clone(),
                    nearest: cells.near_question(name),
                })?
            };
            if numbers.contains(&cell) {
                return Err(self.refuse(format!("`{name}` is named twice in wide.{key}")));
            }
            numbers.push(cell);
            let from = self.existing(&format!("wide.{key}.{name}"), from)?;
            let name = cells.name(cell).to_owned();
            inputs.push(Input { name, kind: Kind::Rating, required: false, bad: OnBad::Cell, from });
        }
        let mut scale = scale(&format!("{}.wide", self.place), wide.scale, &wide.not_applicable, &wide.values)?;
        scale.turned = self.turned(cells, &[aspect])?;
        Ok(Mapping { inputs, form: Form::Wide(scale, numbers), unused: Vec::new() })
    }
}

fn scale(
    place: &str,
    ends: Option<[f64; 2]>,
    not_applicable: &[Answer],
    values: &std::collections::BTreeMap<String, f64>,
) -> Result<Scale, IntakeError> {
    let refuse = |what: String| IntakeError::Spec { place: place.to_owned(), what };
    let [worst, best] = ends.unwrap_or([0.0, 10.0]);
    if !(worst.is_finite() && best.is_finite() && worst != best) {
        return Err(refuse("`scale` is the worst and the best answer, two different numbers".to_owned()));
    }
    let (low, high) = (worst.min(best), worst.max(best));
    if let Some((word, _)) = values.iter().find(|(_, value)| !(low <= **value && **value <= high)) {
        return Err(refuse(format!("what `{word}` is worth does not lie on the scale [{worst}, {best}]")));
    }
    let mut scale = Scale {
        worst,
        best,
        not_applicable: Vec::new(),
        not_applicable_words: Vec::new(),
        words: values.iter().map(|(word, value)| (word.clone(), *value)).collect(),
        turned: Vec::new(),
    };
    for answer in not_applicable {
        match answer {
            Answer::Number(number) => scale.not_applicable.push(*number),
            Answer::Text(text) => scale.not_applicable_words.push(text.trim().to_owned()),
        }
    }
    Ok(scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Code, Coded as _};
    use datafusion::arrow::datatypes::{DataType, Field};

    fn schema(columns: &[&str]) -> Schema {
        Schema::new(columns.iter().map(|c| Field::new(*c, DataType::Utf8, true)).collect::<Vec<_>>())
    }

    fn spec(text: &str) -> TableSpec {
        toml::from_str(text).expect("reads")
    }

    fn map(table: TableName, text: &str, columns: &[&str]) -> Result<Mapping, IntakeError> {
        let cells = (table == TableName::Ratings).then(Cells::ratings);
        let (schema, unsaid) = (schema(columns), BTreeMap::new());
        resolve(table, &spec(text), "tables.t", &Available { schema: &schema, unsaid: &unsaid }, cells.as_ref())
    }

    #[test]
    fn renamed_columns_and_those_with_the_canonical_name_are_found() {
        let text = "source = \"s\"\ncolumns = { customer_id = \"no\", region = \"Region\" }";
        let mapping = map(TableName::Customers, text, &["no", "weight", "Region", "secret"]).expect("fine");
        let got: Vec<_> = mapping.inputs.iter().map(|i| (i.name.as_str(), i.from.as_str())).collect();
        assert_eq!(got, [("customer_id", "no"), ("weight", "weight"), ("region", "Region")]);
    }

    #[test]
    fn a_consent_of_any_name_is_a_flag_and_a_slip_of_a_known_one_is_refused() {
        let text = |name: &str| format!("source = \"s\"\ncolumns = {{ customer_id = \"no\", {name} = \"ok\" }}");
        for name in ["consent_ads", "consent_ad_user_data", "consent_ad_personalization"] {
            let mapping = map(TableName::Customers, &text(name), &["no", "ok"]).expect("fine");
            let got = mapping.inputs.iter().find(|input| input.name == name).map(|input| input.kind);
            assert_eq!(got, Some(Kind::Flag), "{name}");
        }
        let slip = map(TableName::Customers, &text("consent_emial"), &["no", "ok"]);
        assert!(matches!(slip, Err(IntakeError::UnknownCanonical { .. })));
    }

    #[test]
    fn a_missing_source_column_is_refused_with_the_nearest() {
        let text = "source = \"s\"\ncolumns = { customer_id = \"custmer_no\" }";
        match map(TableName::Customers, text, &["customer_no", "x"]).expect_err("refused") {
            IntakeError::UnknownColumn { nearest, place, .. } => {
                assert_eq!(nearest, ["customer_no"]);
                assert_eq!(place, "tables.t.columns.customer_id");
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_slip_in_a_consent_column_is_not_taken_for_a_descriptor() {
        let text = "source = \"s\"\ncolumns = { customer_id = \"no\", consent_emial = \"e\" }";
        let error = map(TableName::Customers, text, &["no", "e"]).expect_err("refused");
        assert_eq!(error.code(), Code::UnknownCanonical);
        assert!(error.to_string().contains("consent_email"), "{error}");
    }

    #[test]
    fn wide_elements_are_checked_one_by_one() {
        let text = "source = \"s\"\nwide = { id = \"no\", elements = { qality = \"Q1\" } }";
        let error = map(TableName::Ratings, text, &["no", "Q1"]).expect_err("refused");
        assert!(error.to_string().contains("`quality`"), "{error}");
        let text = "source = \"s\"\nwide = { id = \"no\", aspect = \"importance\", elements = { quality = \"Q1\" } }";
        let mapping = map(TableName::Ratings, text, &["no", "Q1"]).expect("fine");
        let quality = ElementId::parse("quality").expect("exists");
        assert!(matches!(&mapping.form, Form::Wide(_, cells) if cells == &[Aspect::Importance.indicator(quality)]));
    }

    #[test]
    fn scales_must_have_two_ends_and_words_must_lie_on_them() {
        let wide = |scale: &str| {
            format!("source = \"s\"\nwide = {{ id = \"no\", scale = {scale}, elements = {{ quality = \"Q1\" }} }}")
        };
        assert!(map(TableName::Ratings, &wide("[3, 3]"), &["no", "Q1"]).is_err());
        assert!(map(TableName::Ratings, &wide("[5, 1]"), &["no", "Q1"]).is_ok());
        let text = "source = \"s\"\nvalues = { yes = 11 }";
        assert!(map(TableName::Ratings, text, &["customer_id", "element", "rating"]).is_err());
    }

    #[test]
    fn a_result_column_nobody_reads_is_said_and_a_slip_is_refused() {
        let text = "query = \"select 1\"";
        let orders = ["customer_id", "ordered_at", "color"];
        assert_eq!(map(TableName::Orders, text, &orders).expect("fine").unused, ["color"]);
        let error = map(TableName::Orders, text, &["customer_id", "ordered_at", "ammount"]).expect_err("refused");
        assert!(error.to_string().contains("`amount`"), "{error}");
    }
}
