//! From the sums of a night to profiles with names.

use crate::catalogue::Catalogue;
use crate::job::apply::Applied;
use crate::job::drivers::Crossed;
use crate::job::relationship_rules::RelationshipRules;
use crate::job::tonight::Tonight;
use crate::job::watch::Words;
use crate::model::fit::{CutOn, Model};
use crate::model::segment::Profiles;
use crate::model::segment::drivers::{Drivers, group_limits};
use crate::model::segment::lens::{Lens, LensContext, Regularity};
use crate::model::segment::profile::{ConsentColumns, ProfileContext, SegmentFacts};
use crate::tables::intake::Intake;
use crate::tables::report::Trace;

/// Distance from the mean customer, in standard deviations, from which behavior is worth a line. Source: Cohen's
/// "small" to "medium" effect.
const TRACE_STANDS_OUT: f64 = 0.3;

/// Lines about behavior, per segment.
const TRACES_SHOWN: usize = 4;

/// A described night: the profiles, what outcomes go with, and the model with its segments named.
pub(super) struct Described {
    /// Segments and what is known about them.
    pub(super) profiles: Profiles,
    /// What recommendation, satisfaction, connection and spending go with.
    pub(super) drivers: Drivers,
    /// How close each segment is.
    pub(super) lens: Lens,
    /// What was published, beside the company's own figures.
    pub(super) regularities: Vec<Regularity>,
    /// The model; names stay with it from the first night on.
    pub(super) model: Model,
}

impl Words for Described {
    fn words(&self) -> String {
        let assigned: u64 = self.profiles.segments.iter().map(|segment| segment.size).sum();
        format!("{assigned} customers in {} segments", self.profiles.segments.len())
    }
}

/// Turns sums into profiles. A segment keeps the name people gave it, else the model's, else gets one by what stands out.
pub(super) fn describe(
    tonight: &Tonight<'_>,
    applied: &Applied,
    crossed: &Crossed,
    rules: &RelationshipRules<'_>,
) -> Described {
    let Tonight { project, intake, obtained, .. } = tonight;
    let (model, given) = (obtained.model.clone(), obtained.ledger.names());
    let facts: Vec<SegmentFacts> = model
        .segments()
        .iter()
        .map(|segment| {
            let of_model = (segment.name != segment.id).then(|| segment.name.clone());
            SegmentFacts { id: segment.id.clone(), name: given.get(&segment.id).cloned().or(of_model) }
        })
        .collect();
    let context = ProfileContext {
        catalogue: project.catalogue(),
        segments: &facts,
        cut_on: model.cut_on().aspect(),
        structure: model.report().structure(),
        min_cell: tonight.min_cell(),
        consent: consent(intake),
    };
    let mut profiles = applied.sums.finish(&context);
    let unsaid: Vec<String> = model.limits().into_iter().filter(|limit| !profiles.limits.contains(limit)).collect();
    profiles.limits.extend(unsaid);
    let ids: Vec<String> = facts.iter().map(|facts| facts.id.clone()).collect();
    let drivers = crossed.beside(&profiles);
    let context = LensContext {
        segments: &ids,
        min_cell: tonight.min_cell(),
        catalogue: project.catalogue(),
        sources: intake.event_sources(),
        settings: rules.lens_settings(),
    };
    let lens = applied.lens.finish(&context);
    profiles.limits.extend(lens.limits.iter().cloned().chain(rules.limits()));
    let regularities = applied.lens.regularities(Some(&drivers), (context.settings, context.min_cell));
    profiles.limits.extend(group_limits(&drivers.everyone));
    if model.cut_on() == CutOn::Prior {
        name_by_behavior(&mut profiles, &facts, &traces(&model, project.catalogue()));
    }
    keep_apart(&mut profiles, &facts);
    let names = profiles.segments.iter().map(|segment| segment.name.clone()).collect();
    Described { model: model.with_names(names), drivers, lens, regularities, profiles }
}

/// Where nobody was asked, what members do says more than the few elements it hints at: a segment without a name of its
/// own is named by its strongest trace that no other segment is named by.
fn name_by_behavior(profiles: &mut Profiles, facts: &[SegmentFacts], traces: &[Vec<Trace>]) {
    let mut taken: Vec<String> = Vec::new();
    for ((segment, facts), traces) in profiles.segments.iter_mut().zip(facts).zip(traces) {
        let names = traces
            .iter()
            .map(|trace| format!("{}: {}", trace.name, if trace.difference > 0.0 { "high" } else { "low" }));
        if facts.name.is_none()
            && let Some(name) = names.into_iter().find(|name| !taken.contains(name))
        {
            taken.push(name.clone());
            segment.name = name;
        }
    }
}

/// What members of each segment do more or less than others, strongest first. What was heard in texts is left to
/// `relationship`: few of a segment write, and the mean over those few would stand for all.
pub(super) fn traces(model: &Model, catalogue: &Catalogue) -> Vec<Vec<Trace>> {
    let name = |id: &str| catalogue.signal(id).map_or_else(|| id.replace('_', " "), |signal| signal.name().to_owned());
    let heard = |id: &str| id.starts_with("mention_") || id.starts_with("praise_");
    let of_segment = |means: &Vec<f64>| {
        let mut found: Vec<Trace> = model
            .signal_ids()
            .iter()
            .zip(means)
            .filter(|(id, mean)| mean.abs() >= TRACE_STANDS_OUT && !heard(id))
            .map(|(id, mean)| Trace { name: name(id), difference: *mean })
            .collect();
        found.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()).then_with(|| a.name.cmp(&b.name)));
        found.truncate(TRACES_SHOWN);
        found
    };
    model.signal_means().iter().map(of_segment).collect()
}

/// A name made tonight whose words another segment has already, from an earlier night or from people, takes its id along.
fn keep_apart(profiles: &mut Profiles, facts: &[SegmentFacts]) {
    let kept: Vec<Vec<String>> = facts.iter().filter_map(|facts| facts.name.as_deref()).map(words).collect();
    for (segment, facts) in profiles.segments.iter_mut().zip(facts) {
        if facts.name.is_none() && kept.contains(&words(&segment.name)) {
            segment.name = format!("{} ({})", segment.name, segment.segment_id);
        }
    }
}

/// The words of a name in no particular order: "Time and order" and "Order and time" are one name to a reader.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

fn consent(intake: &Intake) -> ConsentColumns {
    let has = |name: &str| intake.coverage().has_customer_column(name);
    let channels = ["consent_email", "consent_sms", "consent_push", "consent_phone", "consent_post"];
    ConsentColumns { profiling: has("consent_profiling"), channels: channels.into_iter().any(has) }
}
