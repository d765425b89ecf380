//! A night is run, and what it publishes is read back.

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::{cast, concat};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use ndarray::Array2;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use valueseg::catalogue::{ElementId, NeedTier};
use valueseg::job::load::load;
use valueseg::job::night::{self, NightRequest};
use valueseg::job::watch::Unwatched;
use valueseg::model::rows::N_RATINGS;
use valueseg::tables::read::{RowMap, all_rows};

use crate::Failure;
use crate::generate::ELEMENTS;

/// The night.
const NIGHT: NaiveDate = match NaiveDate::from_ymd_opt(2026, 9, 1) {
    Some(day) => day,
    None => panic!("a calendar day"),
};

/// The 95 % interval of a published figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    /// Of the figure `name`; `None` where it is not told.
    fn of(row: &RowMap, name: &str) -> Option<Self> {
        let number = |column: String| row.get(&column)?.as_f64();
        number(name.to_owned())?;
        Some(Self { low: number(format!("{name}_low"))?, high: number(format!("{name}_high"))? })
    }

    pub(crate) fn covers(self, truth: f64) -> bool {
        (self.low..=self.high).contains(&truth)
    }
}

/// A figure of everybody (`None`) or of a segment, about a tier or a rating.
pub(crate) struct GroupFigure {
    pub(crate) segment: Option<usize>,
    pub(crate) about: usize,
    pub(crate) interval: Interval,
}

/// A row of `segments`.
pub(crate) struct Segment {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) share: Option<Interval>,
    pub(crate) label: Option<String>,
}

/// What a night tells.
pub(crate) struct Published {
    /// Segments alone, not everybody and not the unassigned.
    pub(crate) segments: Vec<Segment>,
    /// Likeliest segment of each customer, as a place in `segments`; `None` = no evidence.
    pub(crate) raw: Vec<Option<usize>>,
    pub(crate) probability: Vec<Option<f64>>,
    pub(crate) tiers: Vec<Option<usize>>,
    pub(crate) next: Vec<Option<usize>>,
    /// Shares of tiers.
    pub(crate) needs: Vec<GroupFigure>,
    /// Mean ratings.
    pub(crate) means: Vec<GroupFigure>,
    /// `(n, 60)`; NaN = not told.
    pub(crate) scores: Array2<f64>,
    pub(crate) errors: Array2<f64>,
    /// Method and factors of the solution in use.
    pub(crate) method: String,
}

/// Runs a night of the files in `folder`.
pub(crate) fn night(folder: &Path) -> Result<Published, Failure> {
    let loaded = load(&folder.join("valueseg.toml"), &[])?;
    night::run(&loaded, &NightRequest::of(NIGHT), &Unwatched)?;
    Published::read(&folder.join("out/runs").join(NIGHT.to_string()).join("tables"))
}

impl Published {
    /// Elements that are told of customers.
    pub(crate) fn elements_told(&self) -> [bool; ELEMENTS] {
        std::array::from_fn(|e| self.scores.column(e).iter().any(|score| score.is_finite()))
    }

    fn read(tables: &Path) -> Result<Self, Failure> {
        let file = |name: &str| tables.join(format!("{name}.parquet"));
        let rows = |name: &str| all_rows(&file(name));
        let text = |row: &RowMap, column: &str| row.get(column).and_then(|cell| cell.as_str()).map(str::to_owned);
        let segments: Vec<Segment> = rows("segments")?
            .iter()
            .filter(|row| text(row, "kind").as_deref() == Some("segment"))
            .map(|row| Segment {
                id: text(row, "segment_id").unwrap_or_default(),
                name: text(row, "name").unwrap_or_default(),
                share: Interval::of(row, "share"),
                label: text(row, "label"),
            })
            .collect();
        let place = |id: &str| segments.iter().position(|segment| segment.id == id);
        let group = |row: &RowMap| match text(row, "segment_id").unwrap_or_default() {
            id if id == "ALL" => Some(None),
            id => place(&id).map(Some),
        };
        let (mut needs, mut means) = (Vec::new(), Vec::new());
        for row in rows("segment_needs")? {
            let tier = text(&row, "need_tier").and_then(|tier| NeedTier::parse(&tier)).map(NeedTier::index);
            if let (Some(segment), Some(about), Some(interval)) = (group(&row), tier, Interval::of(&row, "share")) {
                needs.push(GroupFigure { segment, about, interval });
            }
        }
        for row in rows("segment_elements")? {
            let element = text(&row, "element_id").and_then(|element| ElementId::parse(&element));
            let (Some(segment), Some(element)) = (group(&row), element) else { continue };
            for (aspect, first) in [("importance", 0), ("fulfillment", ELEMENTS)] {
                let about = first + element.index();
                means.extend(Interval::of(&row, aspect).map(|interval| GroupFigure { segment, about, interval }));
            }
        }
        let chosen = rows("candidates")?.into_iter().find(|row| row["chosen"].as_bool() == Some(true));
        let method = chosen.map_or_else(
            || "-".to_owned(),
            |row| format!("{}{}", text(&row, "method").unwrap_or_default(), row["q"].as_i64().unwrap_or(0)),
        );
        let customers = Columns(file("customers"));
        let tier_at = |tier: &str| NeedTier::parse(tier).map(NeedTier::index);
        let element_at = |element: &str| ElementId::parse(element).map(ElementId::index);
        let raw = customers.texts("segment_raw_id", place)?;
        let (mut scores, mut errors) =
            (Array2::from_elem((raw.len(), N_RATINGS), f64::NAN), Array2::from_elem((raw.len(), N_RATINGS), f64::NAN));
        let element_scores = Columns(file("element_scores"));
        for element in ElementId::all() {
            for (aspect, at) in [("importance", element.index()), ("fulfillment", ELEMENTS + element.index())] {
                for (table, column) in [(&mut scores, ""), (&mut errors, "_se")] {
                    let values = element_scores.numbers(&format!("{aspect}_{element}{column}"))?;
                    for (i, value) in values.into_iter().enumerate() {
                        table[[i, at]] = value.unwrap_or(f64::NAN);
                    }
                }
            }
        }
        Ok(Self {
            probability: customers.numbers("segment_probability")?,
            tiers: customers.texts("need_tier", tier_at)?,
            next: customers.texts("next_element", element_at)?,
            raw,
            needs,
            means,
            scores,
            errors,
            method,
            segments,
        })
    }
}

/// A table read column by column.
struct Columns(PathBuf);

impl Columns {
    fn column(&self, name: &str, kind: &DataType) -> Result<ArrayRef, Failure> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&self.0)?)?;
        let mask = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), [name]);
        let mut parts = Vec::new();
        for batch in builder.with_projection(mask).build()? {
            let batch = batch?;
            let column = batch.columns().first().ok_or_else(|| format!("no column {name}"))?;
            parts.push(cast(column, kind)?);
        }
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(concat(&parts)?)
    }

    fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, Failure> {
        Ok(self.column(name, &DataType::Float64)?.as_primitive::<Float64Type>().iter().collect())
    }

    /// What `read` makes of each text; `None` where it is absent or says nothing.
    fn texts(&self, name: &str, read: impl Fn(&str) -> Option<usize>) -> Result<Vec<Option<usize>>, Failure> {
        let column = self.column(name, &DataType::Utf8)?;
        Ok(column.as_string::<i32>().iter().map(|text| text.and_then(&read)).collect())
    }
}
