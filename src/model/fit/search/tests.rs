//! The search on tables made by hand.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::worlds::{Planted, Scale};
use super::{Found, search};
use crate::fit::evidence::{level::segment_levels, outcome::Outcomes, ratings::Evidence};
use crate::fit::*;
use crate::fit::{Invented, Structure};
use valueseg_catalogue::Catalogue;
use valueseg_stats::agreement::adjusted_rand_index;
use valueseg_stats::observed::Observed;

const RATINGS: usize = 9;

/// `groups` groups of people who want three ratings more than others, with a scale use of their own; two of three rated.
fn people(n: usize, groups: usize, seed: u64) -> (Array2<f64>, Array2<bool>, Vec<usize>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let noise = |rng: &mut Xoshiro256PlusPlus| (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0;
    let (mut values, mut present) = (Array2::zeros((n, RATINGS)), Array2::from_elem((n, RATINGS), true));
    let mut truth = Vec::new();
    for i in 0..n {
        let group = i % groups;
        let scale = noise(&mut rng);
        for c in 0..RATINGS {
            let wanted = if groups > 1 && c / 3 == group { 3.0 } else { 0.0 };
            values[(i, c)] = wanted + scale + noise(&mut rng);
            present[(i, c)] = rng.gen_range(0..3) > 0;
        }
        truth.push(group);
    }
    (values, present, truth)
}

fn evidence(values: Array2<f64>, present: Array2<bool>, weights: Vec<f64>) -> Evidence {
    let table = Observed::try_new(values, present, weights.into()).unwrap();
    let data = table.standardized(&table.column_moments());
    let rows = (0..data.n_rows()).collect();
    let ratings = data.n_columns();
    Evidence { data, ratings, predicted: 0.0, rows, outcomes: Outcomes::default() }
}

fn labels(found: &Found) -> Vec<usize> {
    found.given.rows().into_iter().map(valueseg_stats::mixture::likeliest).collect()
}

fn settings() -> FitSettings {
    FitSettings { segments: SegmentCount::Range { from: 1, to: 5 }, min_respondents: 30, ..FitSettings::default() }
}

fn structure(found: &Found) -> Option<Structure> {
    let model = Invented { customers: 700, ..Invented::default() }.world();
    let (catalogue, sample) = (Catalogue::embedded(), model.sample());
    let quick = FitSettings { search: SearchEffort::Quick, ..FitSettings::default() };
    let request =
        FitRequest { catalogue: &catalogue, signal_ids: &model.signal_ids, sample: &sample, settings: &quick };
    let report = fit(&request).unwrap().report().clone();
    let (candidates, stability, null) = (found.candidates.clone(), found.stability, found.null.clone());
    FitReport { candidates, stability, null, ..report }.structure()
}

#[test]
fn every_way_to_cut_is_judged_with_every_number_of_segments_and_groups_that_are_there_are_natural() {
    let (values, present, truth) = people(600, 3, 1);
    let found = search(&evidence(values, present, vec![1.0; 600]), &settings()).unwrap();
    assert_eq!((found.way.method(), found.given.ncols()), (Method::Mixture, 3), "{}", found.choice);
    assert!(adjusted_rand_index(&truth, &labels(&found)) > 0.8);
    for k in 2..=5 {
        for (method, factors) in [(Method::Kmeans, None), (Method::KmeansCentered, None), (Method::Mixture, Some(0))] {
            let same = |c: &&crate::fit::Candidate| (c.method, c.segments, c.factors) == (method, k, factors);
            let candidate = found.candidates.iter().find(same).expect("tried");
            assert!(candidate.stability.is_some() && candidate.pairs >= 2, "{candidate:?}");
            assert_eq!(candidate.jaccard.len(), k);
            assert!(candidate.shadow.is_some_and(|s| (0.0..=1.0).contains(&s)));
            assert!(candidate.calinski_harabasz.is_some() && candidate.only_level.is_some());
            assert_eq!((candidate.outcome_r2, candidate.bic.is_some()), (None, factors.is_some()));
        }
    }
    assert_eq!(found.candidates.iter().filter(|c| c.chosen).count(), 1);
    assert_eq!(structure(&found), Some(Structure::Natural), "{:?}", found.null);
}

#[test]
fn people_of_one_kind_are_one_segment_and_cut_all_the_same_they_are_constructive() {
    let (values, present, _) = people(600, 1, 2);
    let evidence = evidence(values, present, vec![1.0; 600]);
    let found = search(&evidence, &settings()).unwrap();
    assert_eq!(found.given.ncols(), 1, "{}", found.choice);
    assert_eq!((found.stability, found.null.is_none()), (None, true));
    let pinned = FitSettings { segments: SegmentCount::Exactly(3), ..settings() };
    let cut = search(&evidence, &pinned).unwrap();
    assert_eq!(cut.given.ncols(), 3);
    assert_eq!(structure(&cut), Some(Structure::Constructive), "{:?} {:?}", cut.stability, cut.null);
}

#[test]
fn a_row_of_weight_two_is_the_row_twice_in_every_search() {
    let (values, present, _) = people(360, 3, 3);
    let weights: Vec<f64> = (0..360).map(|i| if i % 4 == 0 { 2.0 } else { 1.0 }).collect();
    let twice: Vec<usize> = (0..360).flat_map(|i| if i % 4 == 0 { vec![i, i] } else { vec![i] }).collect();
    let apart = |x: &Array2<f64>| x.select(ndarray::Axis(0), &twice);
    let doubled = evidence(apart(&values), present.select(ndarray::Axis(0), &twice), vec![1.0; twice.len()]);
    let weighted = evidence(values, present, weights);
    for (search_as, method) in [
        (SearchEffort::Thorough, Method::Auto),
        (SearchEffort::Thorough, Method::Kmeans),
        (SearchEffort::Thorough, Method::KmeansCentered),
        (SearchEffort::Quick, Method::Auto),
    ] {
        let settings = FitSettings { search: search_as, method, segments: SegmentCount::Exactly(3), ..settings() };
        let (a, b) = (search(&weighted, &settings).unwrap(), search(&doubled, &settings).unwrap());
        assert_eq!(a.way, b.way);
        let expected: Vec<usize> = twice.iter().map(|i| labels(&a)[*i]).collect();
        assert_eq!(adjusted_rand_index(&expected, &labels(&b)), 1.0, "{search_as:?} {method:?}");
        for (a, b) in a.candidates.iter().zip(&b.candidates).filter(|(a, _)| a.factors.is_none()) {
            assert!((a.smallest_share - b.smallest_share).abs() < 1e-9, "{a:?} {b:?}");
            assert!((a.only_level.unwrap_or(0.0) - b.only_level.unwrap_or(0.0)).abs() < 1e-9);
            assert!((a.shadow.unwrap_or(0.0) - b.shadow.unwrap_or(0.0)).abs() < 1e-6, "{a:?} {b:?}");
            if search_as == SearchEffort::Thorough {
                // The same bootstrap samples: as many draws from the same cumulated weights.
                assert!((a.stability.unwrap_or(1.0) - b.stability.unwrap_or(1.0)).abs() < 1e-6, "{a:?} {b:?}");
            }
        }
        let bic = |found: &Found| found.candidates.iter().find(|c| c.chosen).and_then(|c| c.bic);
        if let (Some(a), Some(b)) = (bic(&a), bic(&b)) {
            assert!((a - b).abs() < 1e-3 * a.abs(), "{a} {b}");
        }
    }
}

#[test]
fn what_was_not_answered_is_never_read() {
    let (values, present, _) = people(300, 3, 4);
    let settings = FitSettings { segments: SegmentCount::Exactly(3), ..settings() };
    let plain = search(&evidence(values.clone(), present.clone(), vec![1.0; 300]), &settings).unwrap();
    let mut spoiled = values;
    spoiled.indexed_iter_mut().filter(|(at, _)| !present[*at]).for_each(|(_, value)| *value = 1e6);
    let same = search(&evidence(spoiled, present, vec![1.0; 300]), &settings).unwrap();
    assert_eq!(plain.given, same.given);
    assert_eq!(plain.candidates, same.candidates);
}

#[test]
fn k_means_on_raw_ratings_that_finds_high_and_low_raters_is_out_in_so_many_words() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    // Two kinds of people beneath a scale use that is much larger than what sets them apart.
    let values = Array2::from_shape_fn((600, RATINGS), |_| rng.gen_range(-1.0..1.0));
    let scale: Vec<f64> = (0..600).map(|_| rng.gen_range(-4.0..4.0)).collect();
    let values = Array2::from_shape_fn(values.dim(), |(i, c)| {
        values[(i, c)] + scale[i] + if (c < 4) == (i % 2 == 0) { 0.9 } else { 0.0 }
    });
    let present = Array2::from_elem(values.dim(), true);
    let settings = FitSettings { segments: SegmentCount::Exactly(2), ..settings() };
    let evidence = evidence(values, present, vec![1.0; 600]);
    let found = search(&evidence, &settings).unwrap();
    let raw = found.candidates.iter().find(|c| c.method == Method::Kmeans).unwrap();
    assert!(raw.knocked_out.as_ref().is_some_and(|why| why.contains("rate high")), "{raw:?}");
    assert_ne!(found.way.method(), Method::Kmeans);
    let truth: Vec<usize> = (0..600).map(|i| i % 2).collect();
    assert!(adjusted_rand_index(&truth, &labels(&found)) > 0.9);
    // Pinned, it is used, and the alarm is per segment.
    let pinned = search(&evidence, &FitSettings { method: Method::Kmeans, ..settings }).unwrap();
    let levels = segment_levels(&evidence, &pinned.given);
    assert!(levels.iter().all(|level| level.stands_for.is_some()), "{levels:?}");
}

#[test]
fn a_quick_search_compares_nothing_with_tables_that_hold_nothing() {
    let (values, present, truth) = people(600, 3, 1);
    let quick = FitSettings { search: SearchEffort::Quick, ..settings() };
    let found = search(&evidence(values, present, vec![1.0; 600]), &quick).unwrap();
    assert!(adjusted_rand_index(&truth, &labels(&found)) > 0.8);
    assert_eq!(found.null, None::<NullComparison>);
    assert_eq!(structure(&found), Some(Structure::Reproducible));
    assert!(found.candidates.iter().all(|c| c.pairs == 0 && c.jaccard.is_empty()));
}

/// Settings with what small worlds need.
fn open() -> FitSettings {
    FitSettings { segments: SegmentCount::Range { from: 1, to: 5 }, min_respondents: 30, ..FitSettings::default() }
}

#[test]
fn people_of_one_kind_are_one_segment_however_they_answer() {
    let one = Planted { people: 500, ratings: 12, groups: 1, ..Planted::default() };
    for world in [
        Planted { strength: 1.5, seed: 11, ..one },
        Planted { factors: 3, seed: 12, ..one },
        Planted { scale: Scale::Five, seed: 13, ..one },
        Planted { scale: Scale::Ceiling, seed: 14, ..one },
        Planted { scale: Scale::HeavyTails, seed: 15, ..one },
    ] {
        let found = search(&world.make().0, &open()).unwrap();
        assert_eq!(found.given.ncols(), 1, "{world:?}: {}", found.choice);
    }
}

#[test]
fn groups_on_five_steps_are_as_many_as_were_planted() {
    let (evidence, truth) = Planted { people: 700, scale: Scale::Five, seed: 21, ..Planted::default() }.make();
    let found = search(&evidence, &FitSettings { min_respondents: 30, ..FitSettings::default() }).unwrap();
    assert_eq!(found.given.ncols(), 3, "{} {:?}", found.choice, found.null);
    assert!(adjusted_rand_index(&truth, &labels(&found)) > 0.8);
}

#[test]
fn groups_that_are_perfectly_apart_in_level_and_wishes_are_neither_a_level_nor_one_rating() {
    let (evidence, truth) = Planted { people: 500, ratings: 12, apart: 3.0, seed: 31, ..Planted::default() }.make();
    let found = search(&evidence, &open()).unwrap();
    assert_eq!(found.given.ncols(), 3, "{} {:#?}", found.choice, found.candidates);
    assert!(adjusted_rand_index(&truth, &labels(&found)) > 0.99);
    assert_eq!(structure(&found), Some(Structure::Natural), "{:?} {:?}", found.stability, found.null);
    let chosen = found.candidates.iter().find(|c| c.chosen).unwrap();
    assert!(chosen.most_of_one.is_some_and(|most| most > 0.7) && chosen.knocked_out.is_none(), "{chosen:?}");
}

#[test]
fn one_answer_in_disguise_is_no_segmentation() {
    // People of one kind, but that one question of three steps splits them whatever they say to the others.
    let (evidence, _) = Planted { people: 500, ratings: 12, groups: 1, seed: 41, ..Planted::default() }.make();
    let mut values = evidence.data.values().to_owned();
    values.column_mut(0).iter_mut().enumerate().for_each(|(i, value)| *value = ((i * 7) % 3) as f64);
    let evidence = self::evidence(values, evidence.data.present().to_owned(), vec![1.0; 500]);
    let pinned = FitSettings { segments: SegmentCount::Range { from: 1, to: 3 }, ..open() };
    let found = search(&evidence, &pinned).unwrap();
    assert_eq!(found.given.ncols(), 1, "{}", found.choice);
    // Whatever cut along that question says so.
    for c in found.candidates.iter().filter(|c| c.most_of_one.is_some_and(|most| most > 0.7)) {
        assert!(c.knocked_out.as_ref().is_some_and(|why| why.contains("a single question")), "{c:?}");
    }
}

#[test]
fn what_stands_out_is_measured_in_people_the_segments_were_not_found_on() {
    let (values, present, truth) = people(600, 3, 1);
    let found = search(&evidence(values, present, vec![1.0; 600]), &settings()).unwrap();
    assert_eq!((found.held.len(), found.held[0].len()), (3, RATINGS));
    // Group g wants ratings 3g to 3g + 2; segments are in an order of their own.
    for (segment, row) in found.held.iter().enumerate() {
        let members: Vec<usize> = (0..600).filter(|i| labels(&found)[*i] == segment).map(|i| truth[i]).collect();
        let group = (0..3).max_by_key(|g| members.iter().filter(|of| **of == *g).count()).unwrap();
        for (rating, held) in row.iter().enumerate() {
            let held = held.expect("many answered");
            assert!((0.0..=1.0).contains(&held.kept));
            assert_eq!(held.kept > 0.9, rating / 3 == group, "{segment} {rating} {held:?}");
            assert_eq!(held.d > 0.5, rating / 3 == group, "{segment} {rating} {held:?}");
        }
    }
}
#[test]
fn no_larger_mixture_of_the_table_fits_worse_than_a_smaller_one() {
    for (groups, seed) in [(3, 11), (1, 12)] {
        let (values, present, _) = people(400, groups, seed);
        let evidence = evidence(values, present, vec![1.0; 400]);
        let found = search(&evidence, &settings()).unwrap();
        // Log likelihoods from the criterion, as a reader of the table would.
        let j = RATINGS;
        let parameters = |k: usize, q: usize| (k - 1 + k * j + j * q - q * q.saturating_sub(1) / 2 + j) as f64;
        let likelihoods: Vec<(usize, usize, f64)> = found
            .candidates
            .iter()
            .filter_map(|c| Some((c.segments, c.factors?, c.bic?)))
            .map(|(k, q, bic)| (k, q, -0.5 * (bic - parameters(k, q) * 400f64.ln())))
            .collect();
        assert!(likelihoods.len() > 10);
        for (k, q, own) in &likelihoods {
            for (_, _, smaller) in likelihoods.iter().filter(|(a, b, _)| a <= k && b <= q) {
                assert!(own >= &(smaller - 1e-6), "{k} segments, {q} factors: {own} under {smaller}");
            }
        }
    }
}

#[test]
fn yes_and_no_that_have_nothing_to_do_with_each_other_make_no_item_the_partition() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(21);
    let values = Array2::from_shape_fn((700, RATINGS), |(_, c)| f64::from(u8::from(rng.gen_range(0..10) <= c)));
    let present = Array2::from_elem(values.dim(), true);
    let plain = evidence(values, present, vec![1.0; 700]);
    let scored = Evidence { data: valueseg_stats::mixture::category_scores(&plain.data), ..plain };
    let found = search(&scored, &settings()).unwrap();
    assert_eq!(found.given.ncols(), 1, "{}", found.choice);
}
