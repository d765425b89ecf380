//! What was published, held against the truth and the exact posterior.

use ndarray::Array2;
use valueseg::stats::agreement::adjusted_rand_index;
use valueseg::stats::matching::Overlap;

use crate::generate::{Base, ELEMENTS};
use crate::posterior::Known;
use crate::published::{Interval, Published};
use crate::scores::{Fit, Within};
use crate::tiers::TrueNeeds;

/// Bins of probability in which claims are held against what was found.
const BINS: usize = 10;

/// Agreement with the true segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreement {
    pub(crate) found: f64,
    pub(crate) exact: f64,
}

impl Agreement {
    /// Part of what the exact posterior reaches.
    pub(crate) fn ratio(self) -> f64 {
        self.found / self.exact
    }
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Of {
    pub(crate) hits: usize,
    pub(crate) all: usize,
}

impl Of {
    fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.all += 1;
    }

    pub(crate) fn share(self) -> f64 {
        self.hits as f64 / self.all as f64
    }
}

/// How many intervals cover, and how wide they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Covered {
    pub(crate) of: Of,
    /// Sum of the half-widths of those told.
    half_widths: f64,
    told: usize,
}

impl Covered {
    /// An interval that is not told covers nothing.
    fn count(&mut self, interval: Option<Interval>, truth: f64) {
        self.of.count(interval.is_some_and(|interval| interval.covers(truth)));
        if let Some(interval) = interval {
            self.half_widths += (interval.high - interval.low) / 2.0;
            self.told += 1;
        }
    }

    /// Mean half-width.
    pub(crate) fn half_width(self) -> f64 {
        self.half_widths / self.told as f64
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.of.hits += other.of.hits;
        self.of.all += other.of.all;
        self.half_widths += other.half_widths;
        self.told += other.told;
    }
}

/// Judgments about single people: how many were told, and how many of these are right.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    pub(crate) of_all: Of,
    pub(crate) right: Of,
    /// Share of the commonest true value.
    pub(crate) base_rate: f64,
}

/// How good a partition is.
pub(crate) struct Cut {
    pub(crate) segments: usize,
    pub(crate) label: Option<String>,
    pub(crate) method: String,
    /// `None` where there is one true segment.
    pub(crate) surveyed: Option<Agreement>,
    /// Largest share of the variance of an element's given importance that lies between segments.
    pub(crate) eta: f64,
}

/// Everything a night is judged by.
pub(crate) struct NightFigures {
    pub(crate) unsurveyed: Option<Agreement>,
    /// ARI on the same people of the best learner that is told the segments of respondents, and which one it is.
    pub(crate) taught: Option<(f64, &'static str)>,
    pub(crate) fit: Fit,
    pub(crate) within: Within,
    /// 95 % intervals of segment shares, over the true segments.
    pub(crate) shares: Covered,
    /// 95 % intervals of shares of tiers over everybody, and in segments that have a partner.
    pub(crate) tiers_of_all: Covered,
    pub(crate) tiers_of_segments: Covered,
    /// 95 % intervals of mean ratings, over everybody and segments that have a partner.
    pub(crate) means: Covered,
    /// Mean distance of printed probabilities from the share typed right, among the unsurveyed.
    pub(crate) calibration: Option<f64>,
    /// Tiers and next elements: of the surveyed, of the unsurveyed.
    pub(crate) tiers: [Told; 2],
    pub(crate) next: [Told; 2],
    /// Names of segments, for a look.
    pub(crate) names: Vec<String>,
}

/// ARI of a labeling of those for whom `of` holds, and of the exact posterior on the same people.
pub(crate) fn agreement(
    base: &Base,
    raw: &[Option<usize>],
    exact: &[Option<Known>],
    of: impl Fn(usize) -> bool,
) -> Option<Agreement> {
    if base.case.segments == 1 {
        return None;
    }
    let none = raw.iter().flatten().max().map_or(0, |most| most + 1);
    let people: Vec<usize> = (0..raw.len()).filter(|i| of(*i) && exact[*i].is_some()).collect();
    let truth: Vec<usize> = people.iter().map(|i| base.people[*i].segment).collect();
    let found: Vec<usize> = people.iter().map(|i| raw[*i].unwrap_or(none)).collect();
    let best: Vec<usize> = people.iter().filter_map(|i| exact[*i].as_ref()).map(Known::likeliest).collect();
    Some(Agreement { found: adjusted_rand_index(&truth, &found), exact: adjusted_rand_index(&truth, &best) })
}

/// Largest share of variance of an element's importance, as given, between groups.
pub(crate) fn largest_eta(base: &Base, raw: &[Option<usize>]) -> f64 {
    let groups = raw.iter().flatten().max().map_or(1, |most| most + 1);
    let of_item = |j: usize| {
        let (mut n, mut sums, mut squares) = (vec![0.0; groups], vec![0.0; groups], 0.0);
        for (person, group) in base.people.iter().zip(raw) {
            if let (Some(code), Some(group)) = (person.given[j], group) {
                let value = f64::from(code);
                n[*group] += 1.0;
                sums[*group] += value;
                squares += value * value;
            }
        }
        let (all, sum) = (n.iter().sum::<f64>().max(1.0), sums.iter().sum::<f64>());
        let middle = sum * sum / all;
        let between: f64 = n.iter().zip(&sums).filter(|(n, _)| **n > 0.0).map(|(n, sum)| sum * sum / n).sum();
        let total: f64 = squares - middle;
        if total > 0.0 { (between - middle) / total } else { 0.0 }
    };
    (0..ELEMENTS).map(of_item).fold(0.0, f64::max)
}

impl NightFigures {
    /// Judges a night; `exact` holds the posterior of everybody who is judged.
    pub(crate) fn of(base: &Base, told: &Published, exact: &[Option<Known>], ridge: &Array2<f64>) -> Self {
        let needs = TrueNeeds::of(base, &told.elements_told());
        let partners = partners(base, told);
        let (tiers_of_all, tiers_of_segments) = tier_shares(base, told, &needs, &partners);
        Self {
            unsurveyed: agreement(base, &told.raw, exact, |i| !base.people[i].surveyed),
            taught: None,
            fit: Fit::of(base, told, exact, ridge),
            within: Within::of(base, told),
            shares: segment_shares(base, told, &partners),
            tiers_of_all,
            tiers_of_segments,
            means: mean_ratings(base, told, &partners),
            calibration: calibration(base, told, &partners),
            tiers: [true, false].map(|surveyed| single(base, &told.tiers, &needs.tiers, surveyed)),
            next: [true, false].map(|surveyed| single(base, &told.next, &needs.next, surveyed)),
            names: told.segments.iter().map(|segment| segment.name.clone()).collect(),
        }
    }
}

/// True segment of each published one: a pairing that keeps the most customers.
fn partners(base: &Base, told: &Published) -> Vec<Option<usize>> {
    let (mut found, mut truth) = (Vec::new(), Vec::new());
    for (person, raw) in base.people.iter().zip(&told.raw) {
        if let Some(raw) = raw {
            found.push(*raw);
            truth.push(person.segment);
        }
    }
    let ones = vec![1.0; found.len()];
    Overlap::of(&found, &truth, &ones, (told.segments.len().max(1), base.case.segments)).partners()
}

/// Everybody, or the true members of the segment that a published group was paired with; `None` = it has no partner.
fn members(base: &Base, group: Option<usize>, partners: &[Option<usize>]) -> Option<Vec<usize>> {
    let everybody = 0..base.people.len();
    match group {
        None => Some(everybody.collect()),
        Some(at) => {
            let k = (*partners.get(at)?)?;
            Some(everybody.filter(|i| base.people[*i].segment == k).collect())
        }
    }
}

/// A true segment that nothing was paired with, or whose share is not told, is not covered.
fn segment_shares(base: &Base, told: &Published, partners: &[Option<usize>]) -> Covered {
    let mut covered = Covered::default();
    if base.case.segments == 1 {
        return covered;
    }
    for k in 0..base.case.segments {
        let truth = base.people.iter().filter(|person| person.segment == k).count() as f64 / base.people.len() as f64;
        let pair = partners.iter().position(|partner| *partner == Some(k));
        covered.count(pair.and_then(|at| told.segments.get(at)).and_then(|segment| segment.share), truth);
    }
    covered
}

fn tier_shares(base: &Base, told: &Published, needs: &TrueNeeds, partners: &[Option<usize>]) -> (Covered, Covered) {
    let (mut everybody, mut groups) = (Covered::default(), Covered::default());
    for figure in &told.needs {
        let Some(members) = members(base, figure.segment, partners) else { continue };
        let truth = needs.shares(members.into_iter());
        let covered = if figure.segment.is_none() { &mut everybody } else { &mut groups };
        covered.count(Some(figure.interval), truth[figure.about]);
    }
    (everybody, groups)
}

fn mean_ratings(base: &Base, told: &Published, partners: &[Option<usize>]) -> Covered {
    let mut covered = Covered::default();
    for figure in &told.means {
        let Some(members) = members(base, figure.segment, partners) else { continue };
        let truth = members.iter().map(|i| base.truth(*i, figure.about)).sum::<f64>() / members.len().max(1) as f64;
        covered.count(Some(figure.interval), truth);
    }
    covered
}

/// `Σ_b n_b/n · |mean claim in b − share right in b|` over the unsurveyed; `None` with one true segment.
fn calibration(base: &Base, told: &Published, partners: &[Option<usize>]) -> Option<f64> {
    if base.case.segments == 1 {
        return None;
    }
    let (mut n, mut sums) = ([0.0_f64; BINS], [0.0_f64; BINS]);
    for (i, person) in base.people.iter().enumerate().filter(|(_, person)| !person.surveyed) {
        if let (Some(raw), Some(claim)) = (told.raw[i], told.probability[i]) {
            let bin = ((claim * BINS as f64) as usize).min(BINS - 1);
            n[bin] += 1.0;
            sums[bin] += claim - f64::from(u8::from(partners.get(raw) == Some(&Some(person.segment))));
        }
    }
    Some(sums.iter().map(|sum| sum.abs()).sum::<f64>() / n.iter().sum::<f64>().max(1.0))
}

/// What was told of single people; those of whom there is no truth are left out.
fn single(base: &Base, told: &[Option<usize>], truth: &[Option<usize>], surveyed: bool) -> Told {
    let mut figures = Told::default();
    let mut counts = [0_usize; ELEMENTS];
    for (i, _) in base.people.iter().enumerate().filter(|(_, person)| person.surveyed == surveyed) {
        figures.of_all.count(told[i].is_some());
        if let Some(truth) = truth[i] {
            counts[truth] += 1;
            if let Some(told) = told[i] {
                figures.right.count(told == truth);
            }
        }
    }
    figures.base_rate = counts.iter().copied().max().unwrap_or(0) as f64 / counts.iter().sum::<usize>().max(1) as f64;
    figures
}
