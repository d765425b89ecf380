//! From the sums of a night to segments with names.

use crate::job::apply::Applied;
use crate::job::drivers::Crossed;
use crate::job::relationship_rules::RelationshipRules;
use crate::job::tonight::Tonight;
use crate::job::watch::Words;
use crate::model::fit::{CutOn, Model};
use crate::model::rows::Aspect;
use crate::model::segment::crosstab::CrosstabContext;
use crate::model::segment::drivers::group_limits;
use crate::model::segment::lens::LensContext;
use crate::model::segment::naming::Naming;
use crate::model::segment::profile::{ConsentColumns, ProfileContext};
use crate::model::segment::{Noise, Passes, SegmentNights};
use crate::tables::intake::Intake;

/// A described night: what is said of each group, and the model with its segments named. Figures carry noise and no more
/// digits than they deserve.
pub(super) struct Described {
    /// The groups, with exact numbers of customers: for tables.
    pub(super) night: SegmentNights,
    /// The same with numbers of people in fives: for everything people read, and for plans.
    pub(super) told: SegmentNights,
    /// The model; names stay with it from the first night on.
    pub(super) model: Model,
}

impl Words for Described {
    fn words(&self) -> String {
        format!("{} customers in {} segments", self.night.assigned(), self.night.segments.len())
    }
}

/// Turns sums into what is said of each group. A segment keeps the name people gave it, else the model's, else gets one
/// by what stands out.
pub(super) fn describe(
    tonight: &Tonight<'_>,
    applied: &Applied,
    crossed: &Crossed,
    rules: &RelationshipRules<'_>,
    noise: &Noise,
) -> Described {
    let Tonight { project, intake, obtained, .. } = tonight;
    let (model, catalogue) = (&obtained.model, project.catalogue());
    let (min_cell, cut_on) = (tonight.min_cell(), model.cut_on().aspect());
    let ids: Vec<String> = model.segments().iter().map(|segment| segment.id.clone()).collect();
    let profiles = applied.sums.released(&ids, noise).finish(&ProfileContext {
        catalogue,
        segments: &ids,
        model: Some(model),
        cut_on,
        uncut: model.cut_on() == CutOn::Nothing,
        structure: model.report().structure(),
        min_cell,
        consent: consent(intake),
    });
    // Whether stated importance bears the drivers out is read from the profiles, so they come after them.
    let drivers = crossed.told(&profiles, &ids, noise);
    let settings = rules.lens_settings();
    let sources = intake.event_sources();
    let closeness = applied.lens.released(&ids, noise);
    let lens =
        closeness.finish(&LensContext { segments: &ids, model: Some(model), min_cell, catalogue, sources, settings });
    let regularities = closeness.regularities(Some(&drivers), settings, min_cell);
    let mut crosstabs =
        applied.crosstab.finish(&CrosstabContext { segments: &ids, model: Some(model), min_cell, noise });
    crosstabs.limits.extend(missing_descriptors(tonight));
    let rfm = applied.rfm.finish(min_cell, cut_on == Some(Aspect::Importance), noise);
    let passes = Passes { profiles, lens, drivers, regularities, crosstabs, rfm };
    let mut night = SegmentNights::of(model, catalogue, obtained.ledger.names(), passes).rounded(noise);
    night.limits.extend(rules.limits());
    night.limits.extend(group_limits(&night.everyone.drivers));
    night.limits = by_weight(night.limits, model, intake);
    let mut told = night.in_fives(noise);
    Naming { catalogue, cut_on }.name(&mut told);
    // A description holds numbers of people, so the tables have the same one.
    for (segment, told) in night.segments.iter_mut().zip(&told.segments) {
        (segment.name, segment.description) = (told.name.clone(), told.description.clone());
    }
    let names = night.segments.iter().map(|segment| segment.name.clone()).collect();
    Described { model: model.clone().with_names(names), night, told }
}

/// Columns that the configuration names as descriptors and `customers` does not have.
fn missing_descriptors(tonight: &Tonight<'_>) -> Vec<String> {
    let Tonight { project, intake, .. } = tonight;
    let missing = project.settings().descriptors.missing(&intake.descriptor_columns());
    let said = |name: String| {
        format!("The descriptor `{name}` is named in the configuration and is no column of `customers`.")
    };
    missing.into_iter().map(said).collect()
}

fn consent(intake: &Intake) -> ConsentColumns {
    let has = |name: &str| intake.coverage().has_customer_column(name);
    let channels = ["consent_email", "consent_sms", "consent_push", "consent_phone", "consent_post"];
    ConsentColumns { profiling: has("consent_profiling"), channels: channels.into_iter().any(has) }
}

/// Why there are no segments, what is doubted about the answers, then everything else.
fn by_weight(limits: Vec<String>, model: &Model, intake: &Intake) -> Vec<String> {
    let lacking = &model.report().lacking;
    let doubts = intake.ledger().notes.iter().filter(|note| note.is_doubt()).map(|note| note.text.clone());
    let mut said: Vec<String> = lacking.iter().cloned().chain(doubts).collect();
    said.extend(limits.into_iter().filter(|limit| !lacking.contains(limit)));
    said
}
