//! Everything said of the groups of a night, each group once.

use std::collections::BTreeMap;

use super::crosstab::Crosstabs;
use super::drivers::{Drivers, GroupDrivers};
use super::lens::{ConsistencyRow, GroupLens, Lens, Regularity};
use super::profile::types::{Profiles, SegmentProfile};
use super::rfm::RfmComparison;
use super::traces::{Trace, traces};
use crate::fit::{HeldContrast, Model, SegmentInfo, Structure};
use valueseg_catalogue::Catalogue;

/// Everything said of one group on one night.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentNight {
    /// `S01`, `S02`, …; `ALL` for everybody scored, `NONE` for the unassigned.
    pub id: String,
    /// Name given by people or on an earlier night, else made of what stands out; empty until it is made.
    pub name: String,
    /// One plain sentence: what distinguishes the group, and how sure that is.
    pub description: String,
    /// Size, elements, needs, outcomes and reach.
    pub profile: SegmentProfile,
    /// How close its customers are.
    pub lens: GroupLens,
    /// What outcomes go with; nothing is derived of the unassigned.
    pub drivers: GroupDrivers,
    /// What its customers do more or less than others, strongest first; of segments alone.
    pub traces: Vec<Trace>,
    /// Mean Jaccard with the segment found again in resamples, 0–1; `None` = not tested, or no segment.
    pub jaccard: Option<f64>,
    /// What sets it apart in people it was not found on; `None` = not measured, or no segment.
    pub held: Option<Vec<HeldContrast>>,
}

/// What the passes of a night found, segments in the order of the model.
#[derive(Clone, Debug)]
pub struct Passes {
    /// What distinguishes the segments.
    pub profiles: Profiles,
    /// How close they are.
    pub lens: Lens,
    /// What outcomes go with.
    pub drivers: Drivers,
    /// What was published, beside the company's own figures.
    pub regularities: Vec<Regularity>,
    /// Who is in the groups.
    pub crosstabs: Crosstabs,
    /// Ready-made groups beside the segments.
    pub rfm: RfmComparison,
}

/// The groups of a night and what is said of all of them together.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentNights {
    /// Everybody scored.
    pub everyone: SegmentNight,
    /// Segments in the order of the model.
    pub segments: Vec<SegmentNight>,
    /// Scored customers without a segment.
    pub unassigned: SegmentNight,
    /// Customers left out, by reason (word used in files, count).
    pub left_out: Vec<(String, u64)>,
    /// What tests said about the segments as groups; `None` = not tested.
    pub structure: Option<Structure>,
    /// Consistency by channel and site.
    pub places: Vec<ConsistencyRow>,
    /// What was published, beside the company's own figures.
    pub regularities: Vec<Regularity>,
    /// Who is in the groups: descriptors, small cells withheld.
    pub crosstabs: Crosstabs,
    /// How much ready-made groups explain beside the segments.
    pub rfm: RfmComparison,
    /// What a reader must know before believing how close customers are, in plain sentences.
    pub lens_limits: Vec<String>,
    /// What a reader must know of the night; those of the lens are among them.
    pub limits: Vec<String>,
}

impl SegmentNights {
    /// Puts together what the passes said of each group. A segment keeps the name people gave it (`given`, by its id),
    /// else the model's; new ones have none, and none has a description: see [`Naming`](super::naming::Naming). Limits of
    /// the lens follow those of profiles and model.
    ///
    /// # Panics
    /// If the passes counted other segments than the model has.
    #[must_use]
    pub fn of(model: &Model, catalogue: &Catalogue, given: &BTreeMap<String, String>, passes: Passes) -> Self {
        let Passes { profiles, lens, drivers, regularities, crosstabs, rfm } = passes;
        let counted = [profiles.segments.len(), lens.segments.len(), drivers.segments.len()];
        assert!(counted.iter().all(|n| *n == model.segments().len()), "all passes are over the segments of the model");
        let stability = &model.report().segment_stability;
        // The model calls a segment by its id until it has a name.
        let of_model = |info: &SegmentInfo| Some(&info.name).filter(|name| **name != info.id).cloned();
        let name = |info: &SegmentInfo| given.get(&info.id).cloned().or_else(|| of_model(info)).unwrap_or_default();
        // The one place where the passes are joined by their order; from here on a group is one value.
        let segments = (model.segments().iter().enumerate())
            .zip(profiles.segments)
            .zip(lens.segments.into_iter().zip(drivers.segments))
            .map(|(((place, info), profile), (lens, drivers))| SegmentNight {
                id: info.id.clone(),
                name: name(info),
                description: String::new(),
                profile,
                lens,
                drivers,
                traces: traces(model, place, catalogue),
                jaccard: stability.get(place).copied(),
                held: model.report().held_contrasts.get(place).cloned(),
            });
        let mut limits = profiles.limits;
        let unsaid: Vec<String> = model.limits().into_iter().filter(|limit| !limits.contains(limit)).collect();
        limits.extend(unsaid);
        limits.extend(lens.limits.iter().cloned());
        limits.extend(crosstabs.limits.iter().cloned());
        Self {
            segments: segments.collect(),
            everyone: SegmentNight::everyone(profiles.everyone, lens.everyone, drivers.everyone),
            unassigned: SegmentNight::unassigned(profiles.unassigned, lens.unassigned),
            left_out: profiles.suppressed,
            structure: model.report().structure(),
            places: lens.consistency,
            regularities,
            crosstabs,
            rfm,
            lens_limits: lens.limits,
            limits,
        }
    }

    /// All groups: everybody, the unassigned, the segments.
    pub fn groups(&self) -> impl Iterator<Item = &SegmentNight> {
        [&self.everyone, &self.unassigned].into_iter().chain(&self.segments)
    }

    /// Customers in a segment.
    #[must_use]
    pub fn assigned(&self) -> u64 {
        self.segments.iter().map(|segment| segment.profile.size).sum()
    }
}

impl SegmentNight {
    /// Everybody scored.
    fn everyone(profile: SegmentProfile, lens: GroupLens, drivers: GroupDrivers) -> Self {
        Self {
            id: "ALL".to_owned(),
            name: "Everybody".to_owned(),
            description: "Everybody who was scored.".to_owned(),
            profile,
            lens,
            drivers,
            traces: Vec::new(),
            jaccard: None,
            held: None,
        }
    }

    /// Scored customers without a segment.
    fn unassigned(profile: SegmentProfile, lens: GroupLens) -> Self {
        Self {
            id: "NONE".to_owned(),
            name: "No segment".to_owned(),
            description: "Scored, but too little is known of them, or too much speaks for two segments, to name one."
                .to_owned(),
            profile,
            lens,
            drivers: GroupDrivers::default(),
            traces: Vec::new(),
            jaccard: None,
            held: None,
        }
    }
}
