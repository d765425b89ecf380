//! What the members of a segment do more or less than others.

use crate::fit::Model;
use valueseg_catalogue::Catalogue;

/// Distance from the mean customer, in standard deviations, from which behavior is worth a line. Source: Cohen's
/// "small" to "medium" effect.
const TRACE_STANDS_OUT: f64 = 0.3;

/// Lines about behavior, per segment.
const TRACES_SHOWN: usize = 4;

/// Something members of a group do more or less than others.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What they do, in the catalogue's words.
    pub name: String,
    /// Mean of the group as a normal score: 0 = the mean of the base, 1 = its spread.
    pub difference: f64,
}

/// What members of a segment of the model do more or less than others, strongest first. What was heard in texts is left
/// to the lens: few of a segment write, and the mean over those few would stand for all.
pub(super) fn traces(model: &Model, segment: usize, catalogue: &Catalogue) -> Vec<Trace> {
    let name = |id: &str| catalogue.signal(id).map_or_else(|| id.replace('_', " "), |signal| signal.name().to_owned());
    let heard = |id: &str| id.starts_with("mention_") || id.starts_with("praise_");
    let mut found: Vec<Trace> = model
        .signal_ids()
        .iter()
        .zip(model.signal_means().get(segment).into_iter().flatten())
        .filter(|(id, mean)| mean.abs() >= TRACE_STANDS_OUT && !heard(id))
        .map(|(id, mean)| Trace { name: name(id), difference: *mean })
        .collect();
    found.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()).then_with(|| a.name.cmp(&b.name)));
    found.truncate(TRACES_SHOWN);
    found
}
