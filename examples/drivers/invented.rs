//! Surveys of few ratings with known drivers: how often do printed intervals hold the exact shares of the population?

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use valueseg::catalogue::{Catalogue, ElementId};
use valueseg::model::rows::BlockFold;
use valueseg::model::segment::drivers::{
    DriverContext, DriverFold, DriverSettings, GroupDrivers, RatingScale, group_limits,
};
use valueseg::stats::drivers::halo::{Anchor, Halo, Structure};
use valueseg::stats::drivers::pairwise::Pairwise;

use crate::{Survey, blocks, correlations, exact_shares, say};

/// People of the population that the truth is read from.
const POPULATION: usize = 100_000;

/// How ratings hang together, and what the outcome hangs on.
struct Pattern {
    name: &'static str,
    /// By rating: loading on what all share.
    halo: fn(usize) -> f64,
    /// By rating: the theme it belongs to, and its loading on that.
    theme: fn(usize) -> (usize, f64),
    /// By rating: what it adds to the outcome.
    effect: fn(usize) -> f64,
    /// What the halo adds to the outcome.
    mood: f64,
    /// Spread of what nothing explains.
    noise: f64,
    /// Whether the outcome is yes or no.
    yes_or_no: bool,
    /// Share of ratings that are given.
    given: f64,
}

const PLAIN: Pattern = Pattern {
    name: "uncorrelated, falling effects",
    halo: |_| 0.0,
    theme: |_| (0, 0.0),
    effect: |i| 1.0 / (1.0 + i as f64),
    mood: 0.0,
    noise: 1.0,
    yes_or_no: false,
    given: 1.0,
};

const PATTERNS: [Pattern; 10] = [
    PLAIN,
    Pattern { name: "a halo, falling effects", halo: |_| 0.6, mood: 0.5, ..PLAIN },
    Pattern { name: "a strong halo, the outcome is mostly it", halo: |_| 0.8, mood: 1.5, ..PLAIN },
    Pattern { name: "a halo, all matter alike", halo: |_| 0.6, effect: |_| 0.4, ..PLAIN },
    Pattern { name: "a halo, one alone matters", halo: |_| 0.6, effect: |i| f64::from(u8::from(i == 1)), ..PLAIN },
    Pattern { name: "two themes", theme: |i| (i % 2, 0.8), ..PLAIN },
    Pattern { name: "two nearly the same", theme: |i| (i / 2, if i < 2 { 0.95 } else { 0.0 }), ..PLAIN },
    Pattern { name: "one goes with less", halo: |_| 0.5, effect: |i| if i == 2 { -0.6 } else { 0.5 }, ..PLAIN },
    Pattern { name: "yes or no, a halo, little explained", halo: |_| 0.6, noise: 3.0, yes_or_no: true, ..PLAIN },
    Pattern { name: "a halo, two ratings in three given", halo: |_| 0.6, mood: 0.5, given: 0.67, ..PLAIN },
];

impl Pattern {
    fn survey(&self, ratings: usize, people: usize, rng: &mut Xoshiro256PlusPlus) -> Survey {
        let rows = (0..people).map(|_| self.person(ratings, rng)).collect();
        Survey { elements: ElementId::all().take(ratings).collect(), rows }
    }

    fn person(&self, ratings: usize, rng: &mut Xoshiro256PlusPlus) -> (Vec<Option<f64>>, f64) {
        let h = normal(rng);
        let themes: Vec<f64> = (0..ratings).map(|_| normal(rng)).collect();
        let felt: Vec<f64> = (0..ratings)
            .map(|i| {
                let (halo, (theme, loading)) = ((self.halo)(i), (self.theme)(i));
                let own = (1.0 - halo * halo - loading * loading).max(0.0).sqrt();
                halo * h + loading * themes[theme] + own * normal(rng)
            })
            .collect();
        let told: f64 = felt.iter().enumerate().map(|(i, x)| (self.effect)(i) * x).sum();
        let outcome = told + self.mood * h + self.noise * normal(rng);
        let outcome =
            if self.yes_or_no { f64::from(u8::from(outcome > 0.3)) } else { step(6.0 + 1.5 * outcome, 10.0) / 10.0 };
        let answer = |x: &f64| (rng.gen_range(0.0..1.0) < self.given).then(|| 1.0 + step(2.5 + x, 4.0));
        (felt.iter().map(answer).collect(), outcome)
    }
}

fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0
}

fn step(x: f64, most: f64) -> f64 {
    x.round().clamp(0.0, most)
}

/// What the job would publish of a survey.
fn told(survey: &Survey, catalogue: &Catalogue) -> GroupDrivers {
    let (customers, scored) = blocks(survey);
    let fold = DriverFold::new(0, RatingScale::default(), 0);
    let mut state = fold.zero();
    fold.fold(&mut state, &customers, &scored);
    let context = DriverContext { catalogue, profiles: None, settings: DriverSettings::default(), settled: &[] };
    state.finish(&context).everyone
}

/// Coverage of the population's exact shares by printed intervals, over `surveys` surveys of each kind.
pub(crate) fn coverage(surveys: u64) {
    say(
        "share of items whose printed interval holds the exact share (LMG) of the population; its mean width; wrong signs",
    );
    let catalogue = Catalogue::embedded();
    let (mut least, mut all) = (1.0f64, [0u32; 2]);
    for ratings in [7, 9] {
        for people in [300, 1_000] {
            for (place, pattern) in PATTERNS.iter().enumerate() {
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(900 + place as u64);
                let population = pattern.survey(ratings, POPULATION, &mut rng);
                let (truth, signs) = exact_shares(&population);
                let (mut held, mut items, mut width, mut wrong) = (0, 0, 0.0, 0);
                for seed in 0..surveys {
                    let mut rng =
                        Xoshiro256PlusPlus::seed_from_u64(10_000 * (1 + place as u64) + 10 * ratings as u64 + seed);
                    let group = told(&pattern.survey(ratings, people, &mut rng), &catalogue);
                    let Some((_, explained)) = group.leading() else { continue };
                    for (i, element) in explained.elements.iter().enumerate() {
                        let (low, high) = (element.share.low, element.share.high);
                        held += u32::from((low..=high).contains(&truth[i]));
                        items += 1;
                        width += high - low;
                        wrong += u32::from(element.direction.is_some_and(|sign| f64::from(sign) * signs[i] < 0.0));
                    }
                }
                let covered = f64::from(held) / f64::from(items.max(1));
                least = least.min(covered);
                all = [all[0] + held, all[1] + items];
                say(&format!(
                    "{ratings} ratings, {people:5} people, {:40} {:5.1} %  width {:4.1} points  wrong signs {wrong}",
                    pattern.name,
                    100.0 * covered,
                    100.0 * width / f64::from(items.max(1))
                ));
            }
        }
    }
    say(&format!(
        "all: {:.1} %, least of a kind {:.1} %",
        100.0 * f64::from(all[0]) / f64::from(all[1]),
        100.0 * least
    ));
    turned(&catalogue);
    treatments();
}

/// An outcome coded so that high is bad.
fn turned(catalogue: &Catalogue) {
    for ratings in [7, 9, 20] {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(77);
        let mut survey = PATTERNS[1].survey(ratings, 1_000, &mut rng);
        survey.rows.iter_mut().for_each(|row| row.1 = 1.0 - row.1);
        for limit in group_limits(&told(&survey, catalogue)) {
            say(&format!("{ratings} ratings, outcome turned: {limit}"));
        }
    }
}

/// Part of the shares that lies with another rating than planted, with the halo taken out and kept: ratings that share a
/// halo, and an outcome that shares it and hangs on each rating's own part by effects of which some are nothing, or none.
fn treatments() {
    say("part of the shares misplaced, halo taken out / kept (planted: squares of what each rating's own part adds)");
    for (kind, nothing) in [("a third add nothing", 3), ("all add something", usize::MAX)] {
        for ratings in [7, 9, 12, 15, 20, 30] {
            let effect = |i: usize| if i % 3 == 2 && nothing == 3 { 0.0 } else { 0.15 + 0.85 / (1.0 + i as f64) };
            let mut misplaced = [0.0; 2];
            for seed in 0..10 {
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(500 + seed);
                let rows = (0..3_000).map(|_| {
                    let h = normal(&mut rng);
                    let own: Vec<f64> = (0..ratings).map(|_| normal(&mut rng)).collect();
                    let told: f64 = own.iter().enumerate().map(|(i, x)| effect(i) * x).sum();
                    let outcome = step(6.0 + told + h + normal(&mut rng), 10.0) / 10.0;
                    (own.iter().map(|x| Some(1.0 + step(2.5 + 0.8 * x + 0.6 * h, 4.0))).collect(), outcome)
                });
                let survey = Survey { elements: ElementId::all().take(ratings).collect(), rows: rows.collect() };
                let pairs = correlations(&survey);
                let among = ndarray::s![..ratings, ..ratings];
                let known = Pairwise { r: pairs.r.slice(among).to_owned(), n: pairs.n.slice(among).to_owned() };
                let size: f64 = (0..ratings).map(|i| effect(i).powi(2)).sum();
                for (sum, halo) in misplaced.iter_mut().zip([Halo::AlwaysOut, Halo::Kept]) {
                    let outcome = pairs.r.slice(ndarray::s![..ratings, ratings]);
                    let weights = Structure::of_whole(&known, halo).link(outcome, Anchor::Weakest).weights;
                    let off = |i: usize| (weights[i] / weights.sum() - effect(i).powi(2) / size).abs();
                    *sum += (0..ratings).map(off).sum::<f64>() / 2.0 / 10.0;
                }
            }
            say(&format!("{ratings:2} ratings, {kind:20} {:.3} / {:.3}", misplaced[0], misplaced[1]));
        }
    }
}
