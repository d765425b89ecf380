//! The way from a sample to plans, through all rooms.

mod fit;
mod shares;
mod within;

use std::collections::BTreeMap;

use super::plan::{PlanSettings, plan};
use crate::customer::needs::{NeedAssessor, NeedSettings};
use crate::customer::{ApplySettings, Scorer};
use crate::fit::{FitRequest, FitSettings, Invented, SegmentCount};
use crate::rows::BlockFold;
use crate::segment::crosstab::Crosstabs;
use crate::segment::drivers::{Drivers, GroupDrivers};
use crate::segment::lens::{GroupLens, Lens};
use crate::segment::naming::Naming;
use crate::segment::profile::{ConsentColumns, ProfileContext, ProfileFold};
use crate::segment::rfm::RfmComparison;
use crate::segment::{Passes, SegmentNights};
use valueseg_catalogue::Catalogue;

#[test]
fn one_segment_goes_all_the_way_to_a_named_profile_and_a_plan() {
    let world = Invented { customers: 1_500, ..Invented::default() }.world();
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    let settings = FitSettings { segments: SegmentCount::Exactly(1), ..FitSettings::default() };
    let request =
        FitRequest { catalogue: &catalogue, signal_ids: &world.signal_ids, sample: &sample, settings: &settings };
    let model = super::fit::fit(&request).unwrap();
    assert_eq!(model.segments().len(), 1);
    let scored = Scorer::new(&model, &catalogue, ApplySettings::default()).unwrap().score(&world.block);
    assert!(scored.assignments.iter().all(|a| a.segment == Some(0) && a.reasons == [None; 3]));
    let fold = ProfileFold::new(1, NeedAssessor::new(&catalogue, NeedSettings::default()).unwrap());
    let mut sums = fold.zero();
    fold.fold(&mut sums, &world.block, &scored);
    let profiles = sums.finish(&ProfileContext {
        catalogue: &catalogue,
        segments: &["S01".to_owned()],
        uncut: false,
        model: Some(&model),
        cut_on: model.cut_on().aspect(),
        structure: model.report().structure(),
        min_cell: 20,
        consent: ConsentColumns { profiling: true, channels: true },
    });
    let text = serde_json::to_string(&profiles).unwrap();
    assert!(!text.contains("null,null,null,null") && !text.contains("NaN"));
    let nothing = GroupLens::default;
    let lens = Lens {
        segments: vec![nothing()],
        unassigned: nothing(),
        everyone: nothing(),
        consistency: Vec::new(),
        limits: Vec::new(),
    };
    let drivers = Drivers { everyone: GroupDrivers::default(), segments: vec![GroupDrivers::default()] };
    let passes = Passes {
        profiles,
        lens,
        drivers,
        regularities: Vec::new(),
        crosstabs: Crosstabs::default(),
        rfm: RfmComparison::default(),
    };
    let mut night = SegmentNights::of(&model, &catalogue, &BTreeMap::new(), passes);
    Naming { catalogue: &catalogue, cut_on: model.cut_on().aspect() }.name(&mut night);
    let segment = &night.segments[0];
    assert_eq!((segment.profile.size, night.unassigned.profile.size), (1_500, 0));
    assert!(!segment.name.is_empty() && !segment.description.is_empty());
    // There is no rest to differ from.
    assert!(segment.profile.elements.iter().all(|e| e.importance_difference.is_none() && e.importance.is_some()));
    assert!(night.limits.iter().all(|limit| !limit.contains("continuum")), "{:?}", night.limits);
    let plans = plan(&night, &catalogue, &PlanSettings::default());
    assert_eq!(plans.plans.len(), 1);
    let told = &plans.plans[0];
    assert!(told.lines.len() + told.company_lines.len() >= 3, "{plans:#?}");
}
