//! Which plays are measured tonight, and what the night before said of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use crate::job::error::JobError;
use crate::job::tonight::Tonight;
use crate::model::effect::{ControlKind, EffectFold, EffectVerdict, Experiments, FindingKey, PastFinding};
use crate::tables::read::RowMap;

/// The plays of the catalogue, as far as the inputs show what they are for.
pub(super) fn experiments(tonight: &Tonight<'_>) -> Experiments {
    Experiments::of(tonight.project.catalogue(), tonight.intake.event_sources())
}

/// What the night before said of plays, by what it is about.
pub(super) fn past(tonight: &Tonight<'_>) -> Result<BTreeMap<FindingKey, PastFinding>, JobError> {
    Ok(tonight.earlier.effects()?.iter().filter_map(of_row).collect())
}

/// The pass over customers. Caps on money are those of the night before: they were frozen before there was anything to cap.
pub(super) fn fold(tonight: &Tonight<'_>) -> Result<EffectFold, JobError> {
    let caps = past(tonight)?.into_iter().filter_map(|(key, past)| Some((key.play, past.cap?))).collect();
    let Tonight { project, intake, .. } = tonight;
    let outside = project.settings().effects.outside_control;
    Ok(EffectFold::new(experiments(tonight), &caps, outside, intake.end_of_night(), project.today()))
}

/// A row of the table `effects`; `None` = one of another version.
fn of_row(row: &RowMap) -> Option<(FindingKey, PastFinding)> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let day = |name: &str| text(name).and_then(|day| day.parse::<NaiveDate>().ok());
    let kinds = [ControlKind::OwnControl, ControlKind::ProgramHoldout, ControlKind::OutsideControl];
    let key = FindingKey {
        play: text("play_id")?.to_owned(),
        segment: text("segment_id")?.to_owned(),
        control: kinds.into_iter().find(|kind| Some(kind.slug()) == text("comparison"))?,
        metric: text("metric")?.to_owned(),
    };
    let past = PastFinding {
        verdict: EffectVerdict::parse(text("verdict")?)?,
        since: day("verdict_since"),
        planned: row.get("planned").and_then(Value::as_u64),
        verdict_on: day("verdict_on"),
        cap: row.get("cap").and_then(Value::as_f64),
    };
    Some((key, past))
}
