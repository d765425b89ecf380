//! How a member is recognized: what they do more or less than most, and who they are.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::said::{Saying, plain, told};
use super::super::words::{begun, percent};
use crate::model::rows::Figure;
use crate::model::segment::{SegmentNight, Trace};

/// Most descriptors named.
const DESCRIPTORS: usize = 3;

/// So many times as frequent as among the others, from where on a descriptor is worth a line. Our judgment.
const OFTEN: f64 = 1.25;

/// A descriptor that others made of purchases alone: a group by itself, and no sign of a member.
const NO_SIGN: &str = "rfm_group";

/// A sign of a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    text: Saying,
}

/// What members do, strongest first; then who they surely are more often than others.
pub(super) fn marks(input: &ReportInput<'_>, segment: &SegmentNight) -> Vec<Mark> {
    let did = |trace: &Trace| {
        let key = if trace.difference > 0.0 { "marks.more" } else { "marks.less" };
        Mark { text: told(key).with("what", trace.name.as_str()) }
    };
    let mut marks: Vec<Mark> = segment.traces.iter().map(did).collect();
    let surely = |figure: &Figure| figure.estimate().is_some_and(|e| e.low > 0.0);
    let mut cells: Vec<_> = (input.night.crosstabs.cells.iter())
        .filter(|cell| cell.group == segment.id && cell.descriptor != NO_SIGN && surely(&cell.difference))
        .filter_map(|cell| Some((cell.lift.value().filter(|lift| *lift >= OFTEN)?, cell)))
        .collect();
    cells.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then_with(|| (&a.1.descriptor, &a.1.value).cmp(&(&b.1.descriptor, &b.1.value)))
    });
    marks.extend(cells.into_iter().take(DESCRIPTORS).filter_map(|(_, cell)| {
        let (own, apart) = (cell.share.value()?, cell.difference.value()?);
        let what = match cell.descriptor.as_str() {
            "tenure_days" => told("marks.tenure"),
            other => plain(begun(&other.replace('_', " "))),
        };
        let text = told("marks.are")
            .with("what", what)
            .with("value", cell.value.replace('_', " "))
            .with("own", percent(own))
            .with("others", percent((own - apart).clamp(0.0, 1.0)));
        Some(Mark { text })
    }));
    marks
}
