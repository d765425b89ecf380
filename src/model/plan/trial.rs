//! How it can be found out whether a line worked: by a control of its own, by one over all groups, or not at all.

use std::collections::BTreeMap;

use super::line::DraftedLine;
use super::settings::PlanSettings;
use super::types::{LineScope, PlanLine, TrialDesign};

/// Gives every campaign its test; other lines keep theirs.
///
/// METHOD: while nothing is known of a line, half of those within reach go without, drawn by lot: no other split shows more.
/// A line too small for that is judged over all groups that have the same play on the same channel.
pub(super) fn settled(plans: Vec<Vec<DraftedLine>>, settings: &PlanSettings) -> Vec<Vec<PlanLine>> {
    let mut together: BTreeMap<(String, String), u64> = BTreeMap::new();
    for drafted in plans.iter().flatten() {
        *together.entry(key(&drafted.line)).or_default() += drafted.line.reach.unwrap_or(0);
    }
    let settle = |drafted: DraftedLine| {
        let all = together.get(&key(&drafted.line)).copied().unwrap_or(0);
        drafted.settled(all, settings)
    };
    plans.into_iter().map(|lines| lines.into_iter().map(settle).collect()).collect()
}

fn key(line: &PlanLine) -> (String, String) {
    (line.play_id.clone(), line.channel.clone())
}

impl DraftedLine {
    /// The line with its test; `all` are the customers within reach of this play on this channel in all groups.
    fn settled(self, all: u64, settings: &PlanSettings) -> PlanLine {
        let Self { mut line, reading } = self;
        let (LineScope::Campaign, Some(reach)) = (line.scope, line.reach) else { return line };
        let plausible = reading.plausible(settings.plausible_effect);
        let (own, pooled) = (reading.detectable(reach), reading.detectable(all));
        let shows = |effect: Option<f64>| effect.is_some_and(|effect| effect <= plausible);
        (line.trial, line.detectable_effect) = match () {
            () if shows(own) => (TrialDesign::OwnControl, own),
            () if shows(pooled) => (TrialDesign::Pooled, pooled),
            () => (TrialDesign::CannotBeTold, own),
        };
        line.people_needed = reading.people_needed(settings.plausible_effect);
        line
    }
}
