//! Refits followed on invented customers.

use proptest::prelude::*;

use super::*;
use crate::fit::{FitRequest, FitSettings, Invented, SearchEffort, SegmentCount, World, fit};

fn fitted(world: &World, k: usize, seed: u64) -> Model {
    let settings =
        FitSettings { segments: SegmentCount::Exactly(k), search: SearchEffort::Quick, seed, ..FitSettings::default() };
    let sample = world.sample();
    let request = FitRequest {
        catalogue: &Catalogue::embedded(),
        signal_ids: &world.signal_ids,
        sample: &sample,
        settings: &settings,
    };
    fit(&request).unwrap()
}

fn follow_on(world: &World, old: &Model, new: &Model, book: &mut IdBook) -> (Model, Lineage) {
    let catalogue = Catalogue::embedded();
    let request =
        RefitRequest { catalogue: &catalogue, old, new, customers: &world.block, signal_ids: &world.signal_ids };
    follow(&request, book).unwrap()
}

#[test]
fn the_same_model_again_continues_everything_and_moves_nobody() {
    let world = Invented { customers: 900, ..Invented::default() }.world();
    let named = |names: [&str; 3]| names.map(str::to_owned).to_vec();
    let model = fitted(&world, 3, 1).with_names(named(["Savers", "Doers", "Dreamers"]));
    let (again, lineage) = follow_on(&world, &model, &model, &mut IdBook::default());
    assert!(lineage.is_still());
    assert_eq!(lineage.cost.moved_share, 0.0);
    assert_eq!(again.segments(), model.segments());
    assert_eq!(again.id(), model.id());
    assert!(lineage.rows.iter().all(|row| row.likeness.is_some_and(|l| l > 0.999) && !row.renamed));
}

#[test]
fn names_of_segments_change_neither_ids_nor_costs() {
    let world = Invented { customers: 900, ..Invented::default() }.world();
    let (old, new) = (fitted(&world, 3, 1), fitted(&world, 4, 2));
    let (plain, lineage) = follow_on(&world, &old, &new, &mut IdBook::default());
    let renamed = old.clone().with_names(vec!["One".to_owned(), "Two".to_owned(), "Three".to_owned()]);
    let (other, same) = follow_on(&world, &renamed, &new, &mut IdBook::default());
    assert_eq!(lineage.cost, same.cost);
    let fates = |lineage: &Lineage| -> Vec<_> {
        lineage.rows.iter().map(|row| (row.fate, row.old.clone(), row.new.clone())).collect()
    };
    assert_eq!(fates(&lineage), fates(&same));
    let ids = |model: &Model| -> Vec<String> { model.segments().iter().map(|s| s.id.clone()).collect() };
    assert_eq!(ids(&plain), ids(&other));
    for segment in other.segments() {
        if let Some(at) = renamed.segments().iter().position(|old| old.id == segment.id) {
            assert_eq!(segment.name, renamed.segments()[at].name, "a name follows its id");
        }
    }
}

#[test]
fn two_of_three_segments_fitted_together_and_apart_again_never_reuse_an_id() {
    let world = Invented { customers: 1_500, ..Invented::default() }.world();
    let (three, two) = (fitted(&world, 3, 1), fitted(&world, 2, 1));
    let mut book = IdBook::default();
    let (two, merged) = follow_on(&world, &three, &two, &mut book);
    let kept: Vec<&str> = two.segments().iter().map(|s| s.id.as_str()).collect();
    assert!(merged.cost.moved_share > 0.1);
    let (back, _) = follow_on(&world, &two, &three, &mut book);
    let fresh: Vec<&str> = back.segments().iter().map(|s| s.id.as_str()).filter(|id| !kept.contains(id)).collect();
    assert!(!fresh.is_empty());
    assert!(fresh.iter().all(|id| *id > "S03"), "{fresh:?}: S01 to S03 were given before");
}

#[test]
fn the_ledger_keeps_what_refits_did_and_a_second_look_adds_nothing() {
    let world = Invented { customers: 1_500, ..Invented::default() }.world();
    let (three, two) = (fitted(&world, 3, 1), fitted(&world, 2, 1));
    let mut ledger = SegmentLedger::default();
    ledger.begin("2026-11-20", &three);
    assert_eq!(ledger.segments().len(), 3);
    let (two, merged) = follow_on(&world, &three, &two, &mut ledger.book());
    ledger.record("2026-11-21", &merged, &two);
    let gone = ledger.segments().iter().filter(|record| record.retired.is_some()).count();
    assert_eq!(gone, ledger.segments().len() - 2);
    let before = ledger.clone();
    let (again, still) = follow_on(&world, &two, &two, &mut ledger.book());
    ledger.record("2026-11-22", &still, &again);
    assert_eq!(ledger, before);
    // Taken back and entered again, it is the same ledger.
    ledger.take_back("2026-11-21");
    ledger.record("2026-11-21", &merged, &two);
    assert_eq!(ledger, before);
    assert_eq!(SegmentLedger::parse(&ledger.to_toml()).unwrap(), ledger);
}

#[test]
fn the_cost_is_that_worked_by_hand() {
    // Two customers: one moves decidedly (0.9 to 0.1), one is torn and flips (0.51 to 0.49); a third stays.
    let before = ndarray::arr2(&[[0.9f32, 0.1], [0.51, 0.49], [0.8, 0.2]]);
    let now = ndarray::arr2(&[[0.1f32, 0.9], [0.49, 0.51], [0.7, 0.3]]);
    let (a, b, rows) = ([0, 0, 0], [1, 1, 0], [0, 1, 2]);
    let decided =
        decide::Decided { continues: vec![Some(0), Some(1)], ids: vec!["S01".into(), "S02".into()], rows: vec![] };
    let labels = Labels { before: &before, now: &now, rows: &rows, a: &a, b: &b };
    let cost = cost(&labels, &[1.0, 1.0, 2.0], &decided);
    assert_eq!(cost.customers, 3);
    assert!((cost.moved_share - 0.5).abs() < 1e-6);
    // Stays: 0.1 + 0.1 of the first, 0.49 + 0.49 of the second: (0.2 + 0.98) / 4.
    assert!((cost.noise_share - 0.295).abs() < 1e-6, "{}", cost.noise_share);
    assert!((cost.net_share() - 0.205).abs() < 1e-6);
}

#[test]
fn customers_of_whom_nothing_is_known_are_not_compared() {
    let mut world = Invented { customers: 900, ..Invented::default() }.world();
    let model = fitted(&world, 3, 1);
    for row in 0..300 {
        (world.block.rated[row], world.block.signalled[row]) = (0, 0);
    }
    let (_, lineage) = follow_on(&world, &model, &model, &mut IdBook::default());
    assert_eq!(lineage.cost.customers, 600);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn noise_is_part_of_what_moved(
        rows in prop::collection::vec((0.0f32..1.0, 0.0f32..1.0, 0.1..3.0f64), 1..40),
        swap in any::<bool>(),
    ) {
        let table = |pick: fn(&(f32, f32, f64)) -> f32| {
            Array2::from_shape_fn((rows.len(), 2), |(i, j)| if j == 0 { pick(&rows[i]) } else { 1.0 - pick(&rows[i]) })
        };
        let (before, now) = (table(|r| r.0), table(|r| r.1));
        let label = |table: &Array2<f32>, i: usize| usize::from(table[(i, 1)] > table[(i, 0)]);
        let a: Vec<usize> = (0..rows.len()).map(|i| label(&before, i)).collect();
        let b: Vec<usize> = (0..rows.len()).map(|i| label(&now, i)).collect();
        let continues = if swap { vec![Some(1), None] } else { vec![Some(0), Some(1)] };
        let decided = decide::Decided { continues, ids: vec![], rows: vec![] };
        let weights: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let all: Vec<usize> = (0..rows.len()).collect();
        let cost = cost(&Labels { before: &before, now: &now, rows: &all, a: &a, b: &b }, &weights, &decided);
        prop_assert!(cost.noise_share <= cost.moved_share + 1e-9 && cost.moved_share <= 1.0 + 1e-9);
        prop_assert!(cost.noise_share >= 0.0);
    }
}
