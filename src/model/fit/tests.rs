//! Fits on invented customers, scored as a night would.

use super::super::apply::{ApplySettings, Scorer};
use super::super::fixture::{Invented, SEGMENTS, World};
use super::super::report::{CutOn, LoadingVerdict};
use super::super::scored::{Basis, ScoredBlock};
use super::super::settings::{Method, SegmentCount};
use super::*;
use crate::stats::agreement::adjusted_rand_index;

fn fitted(world: &World, settings: &FitSettings) -> Result<Model, ModelError> {
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    fit(&FitRequest { catalogue: &catalogue, signal_ids: &world.signal_ids, sample: &sample, settings })
}

fn scored(world: &World, model: &Model) -> ScoredBlock {
    Scorer::new(model, &Catalogue::embedded(), ApplySettings::default()).unwrap().score(&world.block)
}

/// Agreement with the truth among those who were asked, and among the others.
fn agreement(world: &World, scored: &ScoredBlock) -> (f64, f64) {
    let of = |asked: bool| {
        let rows = (0..world.truth.len()).filter(|i| (world.block.rated[*i] != 0) == asked);
        let (truth, found): (Vec<usize>, Vec<usize>) =
            rows.map(|i| (world.truth[i], scored.assignments[i].raw.map_or(99, usize::from))).unzip();
        adjusted_rand_index(&truth, &found)
    };
    (of(true), of(false))
}

#[test]
fn hidden_segments_are_found_and_those_who_were_not_asked_are_typed() {
    let world = Invented::default().world();
    let model = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(model.cut_on(), CutOn::Importance);
    assert_eq!(model.segments().len(), SEGMENTS, "{:#?}", model.report().candidates);
    let (asked, others) = agreement(&world, &scored(&world, &model));
    assert!(asked > 0.9, "{asked}");
    assert!(others > 0.6, "{others}");
    let report = model.report();
    assert_eq!(report.candidates.iter().filter(|c| c.chosen).count(), 1);
    assert_eq!(report.structure(), Some(super::super::profile::Structure::Natural));
    let typing = report.typing.as_ref().unwrap();
    assert!(typing.accuracy > typing.base_rate + 0.3);
    assert_eq!(typing.confusion.iter().flatten().sum::<u64>(), typing.respondents);
}

#[test]
fn hidden_answers_are_predicted_better_than_by_the_mean_and_intervals_cover() {
    let model = fitted(&Invented::default().world(), &FitSettings::default()).unwrap();
    let with_own: Vec<_> = model.report().held_out.iter().filter(|h| h.own_answers_known).collect();
    assert_eq!(with_own.len(), 2);
    for held in with_own {
        assert!(held.rmse < 0.9 * held.rmse_of_mean, "{held:?}");
        assert!((0.87..0.93).contains(&held.coverage_90), "{held:?}");
    }
}

#[test]
fn one_two_and_eight_threads_give_the_same_bits() {
    let world = Invented { customers: 1_500, ..Invented::default() }.world();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = fitted(&world, &FitSettings::default()).unwrap();
            let out = scored(&world, &model);
            let bits: Vec<u32> = out.scores.iter().chain(&out.standard_errors).map(|x| x.to_bits()).collect();
            (model.to_json().unwrap(), bits, out.assignments)
        })
    };
    let one = run(1);
    assert!(one == run(2));
    assert!(one == run(8));
}

#[test]
fn where_only_fulfilment_was_asked_segments_are_cut_on_it_and_importance_is_not_scored() {
    let world = Invented { importance: false, ..Invented::default() }.world();
    let model = fitted(&world, &FitSettings { segments: SegmentCount::Exactly(2), ..FitSettings::default() }).unwrap();
    assert_eq!(model.cut_on(), CutOn::Fulfilment);
    let out = scored(&world, &model);
    assert!(out.scored.iter().all(|bits| bits & Aspect::Importance.mask() == 0));
    assert!(out.scored.iter().all(|bits| bits & Aspect::Fulfilment.mask() == Aspect::Fulfilment.mask()));
}

#[test]
fn where_nobody_was_asked_importance_is_a_prior_with_wide_errors_and_fulfilment_only_what_signals_say() {
    let world = Invented { asked_one_in: 0, ..Invented::default() }.world();
    let model = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(model.cut_on(), CutOn::Prior);
    assert_eq!(model.report().method, Method::KmeansCentred);
    let out = scored(&world, &model);
    assert!(out.basis.iter().all(|b| *b == Basis::Prior));
    let catalogue = Catalogue::embedded();
    let told = |aspect: Aspect, element| {
        world.signal_ids.iter().filter_map(|id| catalogue.signal(id)).any(|signal| {
            let named = match aspect {
                Aspect::Importance => signal.importance(),
                Aspect::Fulfilment => signal.fulfilment(),
            };
            named.iter().any(|(e, _)| *e == element)
        })
    };
    for element in crate::catalogue::ElementId::all() {
        for aspect in [Aspect::Importance, Aspect::Fulfilment] {
            let j = aspect.indicator(element);
            assert_eq!(out.scored[0] >> j & 1 == 1, told(aspect, element), "{} {element}", aspect.slug());
            if out.scored[0] >> j & 1 == 1 {
                assert!(out.standard_errors[(0, j)] > 1.2, "a guess is no measurement");
            }
        }
    }
}

#[test]
fn too_few_respondents_are_no_ground_for_segments() {
    let world = Invented { customers: 600, asked_one_in: 10, ..Invented::default() }.world();
    let prior = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(prior.cut_on(), CutOn::Prior);
    assert!(prior.report().limits[0].contains("60"), "{:?}", prior.report().limits);
    let mut without = world;
    without.signal_ids = (0..without.signal_ids.len()).map(|i| format!("own_{i}")).collect();
    let refused = fitted(&without, &FitSettings::default());
    assert!(matches!(refused, Err(ModelError::TooLittleEvidence { respondents: 60, needed: 100 })), "{refused:?}");
}

#[test]
fn one_segment_works_everywhere() {
    let world = Invented::default().world();
    let model = fitted(&world, &FitSettings { segments: SegmentCount::Exactly(1), ..FitSettings::default() }).unwrap();
    let out = scored(&world, &model);
    for a in &out.assignments {
        assert_eq!((a.segment, a.probability, a.runner_up), (Some(0), Some(1.0), None));
        assert_eq!(a.reasons, [None; 3]);
    }
    assert_eq!(model.report().structure(), None);
    assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model);
}

#[test]
fn every_method_ends_in_a_model_of_the_same_kind() {
    let world = Invented::default().world();
    for method in [Method::Mixture, Method::Kmeans, Method::KmeansCentred] {
        let settings = FitSettings { method, segments: SegmentCount::Exactly(3), ..FitSettings::default() };
        let model = fitted(&world, &settings).unwrap();
        assert_eq!(model.report().method, method);
        assert_eq!(model.segments().len(), 3);
        assert!(scored(&world, &model).assignments.iter().all(|a| a.raw.is_some()));
    }
}

#[test]
fn segments_are_numbered_by_falling_size() {
    let mut world = Invented::default().world();
    // Every other customer of the second and third segment leaves.
    let stay: Vec<usize> = (0..world.truth.len()).filter(|i| world.truth[*i] == 0 || i % 2 == 0).collect();
    world = kept(&world, &stay);
    let model = fitted(&world, &FitSettings { segments: SegmentCount::Exactly(3), ..FitSettings::default() }).unwrap();
    let out = scored(&world, &model);
    let size = |s: u8| out.assignments.iter().filter(|a| a.raw == Some(s)).count();
    assert!(size(0) > size(1) && size(0) > size(2), "{} {} {}", size(0), size(1), size(2));
    assert_eq!(model.segments()[0].id, "S01");
    assert_eq!(model.segments()[2].id, "S03");
}

/// The world of some customers only.
fn kept(world: &World, rows: &[usize]) -> World {
    let b = &world.block;
    let axis = ndarray::Axis(0);
    let mut block = b.clone();
    block.ids = rows.iter().map(|i| b.ids[*i].clone()).collect();
    block.ratings = b.ratings.select(axis, rows);
    block.signals = b.signals.select(axis, rows);
    block.rated = rows.iter().map(|i| b.rated[*i]).collect();
    block.weight.truncate(rows.len());
    block.signalled.truncate(rows.len());
    block.flags.truncate(rows.len());
    block.recommend.truncate(rows.len());
    block.satisfaction.truncate(rows.len());
    block.good_brand.truncate(rows.len());
    block.value_365d.truncate(rows.len());
    World { block, truth: rows.iter().map(|i| world.truth[*i]).collect(), signal_ids: world.signal_ids.clone() }
}

#[test]
fn loadings_of_the_catalogue_are_held_against_the_answers() {
    let model = fitted(&Invented::default().world(), &FitSettings::default()).unwrap();
    let loadings = &model.report().loadings;
    assert!(!loadings.is_empty());
    for loading in loadings {
        let known = loading.learned.abs() >= 2.0 * loading.standard_error;
        let same = loading.learned * loading.catalogue > 0.0;
        let expected = match (known, same) {
            (false, _) => LoadingVerdict::Unclear,
            (true, true) => LoadingVerdict::Confirmed,
            (true, false) => LoadingVerdict::WrongSign,
        };
        assert_eq!(loading.verdict, expected, "{loading:?}");
    }
}

#[test]
fn a_request_whose_signals_do_not_fit_the_rows_is_refused() {
    let mut world = Invented { customers: 600, ..Invented::default() }.world();
    world.signal_ids.pop();
    let refused = fitted(&world, &FitSettings::default());
    assert!(matches!(refused, Err(ModelError::SignalCount { named: 11, held: 12 })), "{refused:?}");
}

#[test]
fn nobody_who_may_be_profiled_is_an_error_of_its_own() {
    let mut world = Invented { customers: 50, ..Invented::default() }.world();
    world.block.flags.iter_mut().for_each(|f| f.consent_profiling = false);
    assert!(matches!(fitted(&world, &FitSettings::default()), Err(ModelError::NoCustomers)));
}

#[test]
fn a_pinned_question_that_was_not_asked_is_not_replaced_by_the_other() {
    let world = Invented { importance: false, ..Invented::default() }.world();
    let settings = FitSettings { cut_on: Some(Aspect::Importance), ..FitSettings::default() };
    assert_eq!(fitted(&world, &settings).unwrap().cut_on(), CutOn::Prior);
    let world = Invented { asked_one_in: 0, ..Invented::default() }.world();
    let settings = FitSettings { cut_on: Some(Aspect::Fulfilment), ..FitSettings::default() };
    assert!(matches!(fitted(&world, &settings), Err(ModelError::TooLittleEvidence { .. })));
}
