//! What earlier published nights say: of each customer, of the sizes of segments, of moves along the relationship arc.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use serde_json::Value;

use crate::job::error::JobError;
use crate::job::lineage::read_if_there;
use crate::job::obtain::ObtainedModel;
use crate::job::project::Project;
use crate::model::customer::relationship::SlideCounts;
use crate::model::rows::{ArcStage, SegmentNames};
use crate::model::segment::flows::Flows;
use crate::stats::interval::Interval;
use crate::tables::last_night::LastNightReader;
use crate::tables::publish::{published_nights, run_folder};
use crate::tables::read::{RowMap, all_rows};
use crate::tables::report::{GroupFigures, GroupMove, NightFigures, ReportHistory};
use crate::tables::schema::{TableId, Whereabouts};

/// Nights over which moves along the arc are added up.
const NIGHTS_OBSERVED: usize = 30;

/// Exact counts of moves along the arc: beside the tables, for the owner alone.
pub(super) const SLIDES: &str = "state/arc.json";

/// Nights that the longer comparison looks back. INVARIANT: the columns are called `…_30d`.
const LONG_HORIZON: u64 = 30;

/// Earlier nights, as far as tonight looks at them.
pub(super) struct EarlierNights {
    out: PathBuf,
    /// The newest night before tonight; `None` = tonight is the first.
    pub(super) before: Option<NaiveDate>,
    /// The night 30 nights ago, if it was published.
    pub(super) long_ago: Option<NaiveDate>,
    /// Ids of segments, those of the model first.
    pub(super) names: SegmentNames,
    /// Slides down the arc that were observed.
    pub(super) slides: SlideCounts,
}

impl EarlierNights {
    /// Looks at what is published before the night.
    pub(super) fn of(project: &Project, obtained: &ObtainedModel) -> Result<Self, JobError> {
        let out = project.out();
        let nights = published_nights(&out)?;
        let earlier: Vec<NaiveDate> = nights.into_iter().filter(|night| *night < project.as_of()).collect();
        let long_ago = project.as_of().checked_sub_days(Days::new(LONG_HORIZON)).filter(|day| earlier.contains(day));
        let own: Vec<String> = obtained.model.segments().iter().map(|segment| segment.id.clone()).collect();
        let others = obtained.ledger.segments().iter().map(|segment| segment.id.clone());
        let mut slides = SlideCounts::default();
        for night in earlier.iter().rev().take(NIGHTS_OBSERVED) {
            observe(&mut slides, &run_folder(&out, *night).join(SLIDES))?;
        }
        let names = SegmentNames::new(&own, others);
        Ok(Self { before: earlier.last().copied(), long_ago, names, slides, out })
    }

    /// Customers of an earlier night; `None` = there is no such night.
    pub(super) fn customers(&self, night: Option<NaiveDate>) -> Result<Option<LastNightReader>, JobError> {
        let Some(night) = night else { return Ok(None) };
        let path = run_folder(&self.out, night).join(TableId::Customers.path());
        Ok(Some(LastNightReader::open(&path, self.names.clone())?))
    }

    /// What the nights of the last [`LONG_HORIZON`] days published of the groups, and the ways since the newest of them.
    pub(super) fn history(
        &self,
        as_of: NaiveDate,
        flows: &Flows<Whereabouts>,
        min_cell: u64,
    ) -> Result<ReportHistory, JobError> {
        let kept = as_of.checked_sub_days(Days::new(LONG_HORIZON)).unwrap_or(NaiveDate::MIN);
        let days = published_nights(&self.out)?.into_iter().filter(|day| (kept..as_of).contains(day));
        let nights = days.map(|run_date| {
            let rows = table(&self.out, run_date, TableId::Segments)?;
            Ok(NightFigures { run_date, groups: rows.iter().filter_map(group_figures).collect() })
        });
        let nights = nights.collect::<Result<Vec<_>, JobError>>()?;
        let moves = flows.published(min_cell).into_iter().map(|flow| GroupMove {
            from: flow.from.word(&self.names).to_owned(),
            to: flow.to.word(&self.names).to_owned(),
            customers: flow.customers,
        });
        let moves = if self.before.is_some() { moves.collect() } else { Vec::new() };
        Ok(ReportHistory { nights, moves })
    }

    /// What the newest night before tonight said of plays; nothing where there is none.
    pub(super) fn effects(&self) -> Result<Vec<RowMap>, JobError> {
        self.before.map_or_else(|| Ok(Vec::new()), |night| table(&self.out, night, TableId::Effects))
    }

    /// Sizes and shares of segments on an earlier night, by id; withheld ones are left out.
    pub(super) fn sizes(&self, night: Option<NaiveDate>) -> Result<BTreeMap<String, (i64, Option<f64>)>, JobError> {
        let Some(night) = night else { return Ok(BTreeMap::new()) };
        let rows = table(&self.out, night, TableId::Segments)?;
        let shown = rows.iter().filter(|row| row.get("suppressed").and_then(Value::as_bool) == Some(false));
        let size = |row: &RowMap| {
            let id = row.get("segment_id")?.as_str()?.to_owned();
            Some((id, (row.get("size")?.as_i64()?, row.get("share").and_then(Value::as_f64))))
        };
        Ok(shown.filter_map(size).collect())
    }
}

/// Id and figures of a group as a night published them; a row of a table of another version may lack some.
fn group_figures(row: &RowMap) -> Option<(String, GroupFigures)> {
    let id = row.get("segment_id")?.as_str()?.to_owned();
    let count = |name: &str| row.get(name).and_then(Value::as_u64);
    let number = |name: String| row.get(&name).and_then(Value::as_f64);
    let interval = |name: &str| {
        let [value, low, high] = ["", "_low", "_high"].map(|end| number(format!("{name}{end}")));
        Some(Interval { value: value?, low: low?, high: high? })
    };
    if row.get("suppressed").and_then(Value::as_bool) == Some(true) {
        return Some((id, GroupFigures::default()));
    }
    let figures = GroupFigures {
        size: count("size"),
        reach: count("reach_any"),
        value_mean: interval("value_mean"),
        connection: interval("connection_score"),
    };
    Some((id, figures))
}

/// Rows of a small table of a night; none where an earlier version did not write it.
fn table(out: &Path, night: NaiveDate, table: TableId) -> Result<Vec<RowMap>, JobError> {
    let path = run_folder(out, night).join(table.path());
    if path.exists() { Ok(all_rows(&path)?) } else { Ok(Vec::new()) }
}

/// One move along the arc, as stored: stage then and now, trouble then, customers.
type Stored = (u8, u8, bool, u64);

/// The moves of a night along the arc as JSON. Small counts are not withheld: without them nothing could be learned of the rare slides.
pub(super) fn slides_json(arc: &[Flows<ArcStage>; 2]) -> String {
    let mut stored: Vec<Stored> = Vec::new();
    for (flows, trouble) in arc.iter().zip([false, true]) {
        stored.extend(flows.iter().map(|(from, to, customers)| (from.number(), to.number(), trouble, customers)));
    }
    // INVARIANT: numbers and flags are JSON.
    serde_json::to_string(&stored).expect("plain data") + "\n"
}

/// Adds the moves of a stored night; a night of an earlier version has none.
fn observe(slides: &mut SlideCounts, path: &Path) -> Result<(), JobError> {
    let Some(text) = read_if_there(path)? else { return Ok(()) };
    let damaged = |message: String| JobError::StoredModel { path: path.to_owned(), message };
    let stored: Vec<Stored> = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    for (from, to, trouble, customers) in stored {
        if let Some(stage) = ArcStage::from_number(from) {
            slides.add_many(stage, trouble, customers, if to < from { customers } else { 0 });
        }
    }
    Ok(())
}
