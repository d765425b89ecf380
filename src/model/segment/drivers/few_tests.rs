//! Surveys of few ratings, outcomes that are turned, and a halo that may or may not be one.

use ndarray::s;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::fixture::{blocks, drivers, normal, state};
use super::*;
use valueseg_catalogue::{Catalogue, N_ELEMENTS};
use valueseg_stats::drivers::cross::{CrossSums, value_steps, weight_steps};
use valueseg_stats::drivers::pairwise::Pairwise;
use valueseg_stats::drivers::shapley::shapley;

/// An answer sheet: ratings, outcome, which ratings were given.
type Sheet = ([f32; N_ELEMENTS], f32, u64);

/// `ratings` ratings that share a halo of this spread, and an outcome of it and of the first ratings, the stronger the
/// earlier; on 0–10.
fn sheets(people: usize, ratings: usize, halo: f64, seed: u64) -> Vec<Sheet> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let whole = |x: f64| x.round().clamp(0.0, 10.0) as f32;
    (0..people)
        .map(|_| {
            let h = normal(&mut rng);
            let own: [f64; N_ELEMENTS] = std::array::from_fn(|_| normal(&mut rng));
            let told: f64 = own[..4].iter().zip([1.0, 0.8, 0.5, 0.3]).map(|(x, effect)| x * effect).sum();
            let answers = own.map(|x| whole(5.5 + 1.5 * x + halo * h));
            (answers, whole(6.0 + told + 0.7 * halo * h + normal(&mut rng)), (1 << ratings) - 1)
        })
        .collect()
}

fn everyone(sheets: &[Sheet], settings: DriverSettings) -> GroupDrivers {
    drivers(&state(1, &blocks(sheets, &vec![Some(0); sheets.len()])), settings).everyone
}

fn explained(group: &GroupDrivers) -> &Explained {
    group.outcomes[0].result.as_ref().unwrap()
}

/// Shares of R² over all orders of entry, from the rows themselves.
fn exact(sheets: &[Sheet], ratings: usize) -> Vec<f64> {
    let mut sums = CrossSums::new(ratings + 1);
    for (answers, outcome, _) in sheets {
        let values = answers[..ratings].iter().chain([outcome]).enumerate();
        let row: Vec<_> = values.map(|(i, x)| (i, value_steps(f64::from(*x) - 5.0))).collect();
        sums.add(&row, weight_steps(1.0));
    }
    let r = Pairwise::of(&sums, &(0..=ratings).collect::<Vec<_>>()).r;
    let singles: Vec<Vec<usize>> = (0..ratings).map(|i| vec![i]).collect();
    let shares = shapley(r.slice(s![..ratings, ..ratings]), r.slice(s![..ratings, ratings]), &singles).unwrap();
    let sum: f64 = shares.iter().sum();
    shares.iter().map(|share| share / sum).collect()
}

#[test]
fn the_shares_of_seven_ratings_with_a_strong_halo_are_the_exact_ones_of_the_survey() {
    let sheets = sheets(800, 7, 2.0, 4);
    let group = everyone(&sheets, DriverSettings::default());
    let explained = explained(&group);
    assert_eq!(explained.halo, None);
    for (element, wanted) in explained.elements.iter().zip(exact(&sheets, 7)) {
        assert!((element.share.value - wanted).abs() < 1e-9, "{element:?} is not {wanted}");
        assert_eq!(element.direction, Some(1), "all go with the halo, and the outcome with it: {element:?}");
    }
}

#[test]
fn intervals_of_seven_and_nine_ratings_hold_the_exact_shares_of_the_population() {
    for ratings in [7, 9] {
        let truth = exact(&sheets(40_000, ratings, 1.5, 1), ratings);
        let (mut held, mut all) = (0, 0);
        for seed in 10..18 {
            let group = everyone(&sheets(400, ratings, 1.5, seed), DriverSettings::default());
            for (element, truth) in explained(&group).elements.iter().zip(&truth) {
                all += 1;
                held += u32::from((element.share.low..=element.share.high).contains(truth));
            }
        }
        assert!(f64::from(held) >= 0.85 * f64::from(all), "{ratings} ratings: {held} of {all}");
    }
}

#[test]
fn from_fifteen_ratings_on_a_strong_halo_is_taken_out_and_not_before() {
    let halo = |ratings: usize| explained(&everyone(&sheets(1_000, ratings, 1.5, 3), DriverSettings::default())).halo;
    assert_eq!(halo(14), None);
    assert!(halo(15).is_some_and(|halo| halo > 0.1));
}

#[test]
fn an_outcome_on_which_high_is_bad_is_refused_with_what_to_do() {
    let mut turned = sheets(600, 7, 1.5, 5);
    turned.iter_mut().for_each(|sheet| sheet.1 = 10.0 - sheet.1);
    let group = everyone(&turned, DriverSettings::default());
    assert_eq!(group.outcomes[0].result, Err(Refusal::Turned { below: 7, of: 7 }));
    assert_eq!(group.leading(), None);
    let said = group_limits(&group).join(" ");
    assert!(said.contains("lower ratings of 7 of 7 elements") && said.contains("turn its scale"), "{said}");
    // Whoever says that it was asked like this is believed.
    let state = state(1, &blocks(&turned, &vec![Some(0); turned.len()]));
    let (catalogue, settings) = (Catalogue::embedded(), DriverSettings::default());
    let context = DriverContext { catalogue: &catalogue, profiles: None, settings, settled: &[Outcome::Recommend] };
    let found = state.finish(&context).everyone;
    assert!(explained(&found).elements.iter().all(|element| element.direction == Some(-1)));
    let text = reading(&catalogue, Outcome::Recommend, explained(&found), &explained(&found).elements[0]);
    assert!(text.contains("goes with less of") && !text.contains("halo"), "{text}");
}

#[test]
fn an_outcome_that_goes_with_less_of_some_ratings_alone_is_not_refused() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
    let mixed: Vec<Sheet> = (0..600)
        .map(|_| {
            let answers: [f32; N_ELEMENTS] = std::array::from_fn(|_| rng.gen_range(0..=10) as f32);
            // Five of seven go with less, two with more: fewer than three quarters.
            let told: f32 =
                answers[..5].iter().map(|x| 5.0 - x).sum::<f32>() * 0.3 + 0.5 * (answers[5] + answers[6] - 10.0);
            (answers, (5.0 + 0.5 * told).round().clamp(0.0, 10.0), (1 << 7) - 1)
        })
        .collect();
    let group = everyone(&mixed, DriverSettings::default());
    let directions: Vec<Option<i8>> = explained(&group).elements.iter().map(|element| element.direction).collect();
    assert_eq!(directions, [Some(-1), Some(-1), Some(-1), Some(-1), Some(-1), Some(1), Some(1)]);
}

#[test]
fn where_chance_decides_on_the_halo_intervals_reach_over_both_ways() {
    // Loadings of about √0.1, where a factor begins to count as halo.
    let sheets = sheets(900, 20, 0.5, 6);
    let told = everyone(&sheets, DriverSettings::default());
    let kept = everyone(&sheets, DriverSettings { keep_halo: true, ..DriverSettings::default() });
    let mut wider = 0;
    for (told, kept) in explained(&told).elements.iter().zip(&explained(&kept).elements) {
        assert!(told.share.low <= kept.share.low && told.share.high >= kept.share.high, "{told:?} {kept:?}");
        assert!(told.share.low <= told.share.value && told.share.value <= told.share.high);
        wider += u32::from(told.share.high - told.share.low > kept.share.high - kept.share.low);
    }
    assert!(wider > 10, "{wider} of 20 are wider");
}
