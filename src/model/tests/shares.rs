//! Shares and means of segments held against a truth.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::customer::needs::{NeedAssessor, NeedSettings};
use crate::customer::{ApplySettings, Scorer};
use crate::fit::{FitRequest, FitSettings, Invented, Model, SEGMENTS, SearchEffort, SegmentCount, World, fit};
use crate::rows::{Aspect, BlockFold, Estimate, ScoredBlock};
use crate::segment::SegmentProfile;
use crate::segment::profile::{ConsentColumns, ProfileContext, ProfileFold};
use valueseg_catalogue::Catalogue;
use valueseg_stats::matching::Overlap;

/// Seeds of the hidden bases.
const SEEDS: u64 = 6;

/// A hidden base whose first segment has every fourth of its members left, whose signals say little and who were asked, as
/// one in ten was, few questions.
fn world(seed: u64) -> World {
    let mut world = Invented { customers: 6_000, asked_one_in: 5, seed, ..Invented::default() }.world();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x4D);
    world.block.signals.mapv_inplace(|x| x + rng.gen_range(-4.0..4.0));
    for (i, segment) in world.truth.iter().enumerate() {
        // Nobody knows of the others: they may not be profiled.
        world.block.flags[i].consent_profiling = *segment > 0 || rng.gen_range(0..4) == 0;
    }
    world
}

fn fitted(world: &World) -> Model {
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    let (segments, search) = (SegmentCount::Exactly(SEGMENTS), SearchEffort::Quick);
    let settings = FitSettings { segments, search, ..FitSettings::default() };
    let ids = &world.signal_ids;
    fit(&FitRequest { catalogue: &catalogue, signal_ids: ids, sample: &sample, settings: &settings }).unwrap()
}

/// Profiles of the segments in the order of the true ones, and the customers as scored.
fn profiles(world: &World, model: &Model) -> (Vec<SegmentProfile>, ScoredBlock) {
    let catalogue = Catalogue::embedded();
    let scored = Scorer::new(model, &catalogue, ApplySettings::default()).unwrap().score(&world.block);
    let fold = ProfileFold::new(SEGMENTS, NeedAssessor::new(&catalogue, NeedSettings::default()).unwrap());
    let mut sums = fold.zero();
    fold.fold(&mut sums, &world.block, &scored);
    let segments: Vec<String> = model.segments().iter().map(|segment| segment.id.clone()).collect();
    let profiles = sums.finish(&ProfileContext {
        catalogue: &catalogue,
        segments: &segments,
        model: Some(model),
        uncut: false,
        cut_on: model.cut_on().aspect(),
        structure: None,
        min_cell: 20,
        consent: ConsentColumns { profiling: true, channels: true },
    });
    let known: Vec<usize> = (0..world.truth.len()).filter(|i| scored.assignments[*i].raw.is_some()).collect();
    let truth: Vec<usize> = known.iter().map(|i| world.truth[*i]).collect();
    let found: Vec<usize> = known.iter().filter_map(|i| scored.assignments[*i].raw).map(usize::from).collect();
    let partners = Overlap::of(&truth, &found, &vec![1.0; truth.len()], (SEGMENTS, SEGMENTS)).partners();
    (partners.iter().map(|k| profiles.segments[k.unwrap()].clone()).collect(), scored)
}

/// Members of each true segment who may be profiled.
fn members(world: &World) -> Vec<Vec<usize>> {
    let of = |segment: usize| {
        (0..world.truth.len()).filter(move |i| world.truth[*i] == segment && world.block.flags[*i].consent_profiling)
    };
    (0..SEGMENTS).map(|segment| of(segment).collect()).collect()
}

fn covers(estimate: Estimate, truth: f64) -> bool {
    estimate.low <= truth && truth <= estimate.high
}

#[test]
fn intervals_of_shares_and_means_hold_the_truth_and_a_small_segment_is_not_starved() {
    let (mut shares, mut means, mut listed, mut summed) = ([0, 0], [0, 0], 0.0, 0.0);
    for seed in 1..=SEEDS {
        let world = world(seed);
        let model = fitted(&world);
        let (profiles, scored) = profiles(&world, &model);
        let members = members(&world);
        let all: f64 = members.iter().map(|members| members.len() as f64).sum();
        let total: f64 = profiles.iter().map(|profile| profile.share.unwrap().value).sum();
        assert!((total - 1.0).abs() < 1e-9, "{total}");
        for (profile, members) in profiles.iter().zip(&members) {
            let truth = members.len() as f64 / all;
            let share = profile.share.unwrap();
            assert!(share.low > 0.0 && share.high - share.low < 0.2, "{share:?}");
            shares[usize::from(covers(share, truth))] += 1;
            for element in &profile.elements {
                let i = Aspect::Importance.indicator(element.element);
                let given: f64 = members.iter().map(|row| f64::from(world.block.ratings[(*row, i)])).sum();
                let mean = given / members.len() as f64;
                means[usize::from(covers(element.importance.unwrap(), mean))] += 1;
            }
        }
        let truth = members[0].len() as f64 / all;
        summed += (profiles[0].share.unwrap().value / truth).ln() / SEEDS as f64;
        let assigned = scored.assignments.iter().filter(|one| one.segment.is_some()).count();
        listed += (profiles[0].size as f64 / assigned as f64 / truth).ln() / SEEDS as f64;
    }
    let part = |[missed, held]: [usize; 2]| held as f64 / (held + missed) as f64;
    assert!(part(shares) >= 0.83 && part(means) >= 0.88, "shares {shares:?}, means {means:?}");
    // Its list is starved, its share is not.
    assert!(summed.abs() < 0.15 && listed < summed, "{summed} {listed}");
}

#[test]
fn one_segment_is_everybody_for_sure_and_its_fit_has_no_error() {
    let world = Invented { customers: 1_500, ..Invented::default() }.world();
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    let settings = FitSettings { segments: SegmentCount::Exactly(1), ..FitSettings::default() };
    let ids = &world.signal_ids;
    let model =
        fit(&FitRequest { catalogue: &catalogue, signal_ids: ids, sample: &sample, settings: &settings }).unwrap();
    let error = model.report().fit_error.as_ref().unwrap();
    assert_eq!((error.of_share(0), error.effect_of(0)), (0.0, 1.0));
    assert_eq!(model.share_worth(0), None);
}

#[test]
fn shares_are_no_less_sure_than_the_respondents_alone_would_make_them() {
    for asked_one_in in [4, 16] {
        let world = Invented { customers: 6_000, asked_one_in, ..Invented::default() }.world();
        let error = fitted(&world).report().fit_error.clone().unwrap();
        assert_eq!(error.groups, 20);
        // Of n respondents whose segment is known and of nobody else: √(1/3·2/3/n). Signals, which tell much here, can only
        // add to that; a jackknife of 20 groups is good to a sixth.
        let alone = (2.0 / 9.0 / (6_000.0 / asked_one_in as f64)).sqrt();
        assert!(error.share.iter().all(|se| *se > 0.0 && *se < 1.3 * alone), "{alone}: {error:?}");
        assert!(error.effect.iter().all(|effect| *effect >= 1.0));
    }
}
