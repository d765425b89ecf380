//! Candidates found again, in bootstrap samples or in halves, and the choice that follows.

use rayon::prelude::*;

use super::super::error::ModelError;
use super::super::report::{Candidate, POOR_AGREEMENT};
use super::Found;
use super::effort::{Look, Pairs};
use super::judge::{Entry, Judge, LEVEL};
use super::rule::{self, Choice, Judged};
use super::samples::{self, Samples};
use super::way::{Cut, Settled, Starts, Way};
use valueseg_stats::resample::Solutions;

/// Times the rule is asked again after its finalists were looked at more closely.
const ROUNDS: usize = 3;

/// Lead in agreement of halves by which a plain way takes the place of a mixture that is not found again. Our judgment.
const CLEAR_LEAD: f64 = 0.15;

/// Candidates sought in bootstrap samples: few for all, more for those that may be chosen.
pub(super) struct Trial<'a> {
    judge: &'a Judge<'a>,
    samples: Samples<'a>,
    pairs: Pairs,
}

impl<'a> Trial<'a> {
    /// Seeks all entries in few samples.
    pub(super) fn begin(judge: &'a Judge<'a>, entries: &mut [Entry], pairs: Pairs) -> Result<Self, ModelError> {
        let mut samples = Samples::new(judge.table, judge.settings.seed);
        samples.draw(pairs.left);
        let (out, left): (Vec<usize>, Vec<usize>) =
            (0..entries.len()).partition(|at| entries[*at].candidate.knocked_out.is_some());
        resample(entries, &out, &samples, pairs.out)?;
        resample(entries, &left, &samples, pairs.left)?;
        Ok(Self { judge, samples, pairs })
    }

    /// The chosen one, after it and those that might take its place were sought in more samples.
    pub(super) fn choice(&mut self, entries: &mut [Entry]) -> Result<Choice, ModelError> {
        let pairs = self.pairs.finalists;
        let mut choice = choose(self.judge, entries);
        for _ in 0..ROUNDS {
            // More samples may show another one to be better, which then has to stand the same number of them.
            let unseen = |at: &usize| entries[*at].cut.segments() > 1 && entries[*at].candidate.pairs < pairs as u64;
            let fresh: Vec<usize> = choice.finalists.iter().copied().filter(unseen).collect();
            if fresh.is_empty() {
                break;
            }
            self.samples.draw(pairs);
            resample(entries, &fresh, &self.samples, pairs)?;
            choice = choose(self.judge, entries);
        }
        Ok(choice)
    }

    /// How often each row was drawn, by sample.
    pub(super) fn counts(&self, sample: usize) -> Vec<f64> {
        self.samples.counts(sample)
    }
}

fn choose(judge: &Judge<'_>, entries: &[Entry]) -> Choice {
    let judged: Vec<Judged<'_>> =
        entries.iter().map(|e| Judged { candidate: &e.candidate, separation: e.separation.as_ref() }).collect();
    rule::choose(&judged, judge.settings)
}

/// How surely an entry was found again.
struct Again {
    at: usize,
    stability: Option<f64>,
    jaccard: Vec<f64>,
    solutions: Solutions,
}

/// Stability of the entries at `places` over `pairs` pairs of samples.
fn resample(entries: &mut [Entry], places: &[usize], samples: &Samples<'_>, pairs: usize) -> Result<(), ModelError> {
    let mut counts: Vec<usize> = places.iter().map(|at| entries[*at].cut.segments()).filter(|k| *k > 1).collect();
    counts.dedup();
    let found: Result<Vec<Vec<Again>>, ModelError> = counts
        .into_par_iter()
        .map(|k| {
            let own: Vec<usize> = places.iter().copied().filter(|at| entries[*at].cut.segments() == k).collect();
            let needed = |way: &Way| own.iter().any(|at| entries[*at].cut.way.starters().contains(way));
            let ways: Vec<Way> = Way::PLAIN.into_iter().filter(needed).collect();
            // Once for all entries with as many segments.
            let starts: Vec<Starts> = samples.starts(&ways, k, pairs)?;
            own.into_par_iter()
                .map(|at| {
                    let solutions = samples.again(&entries[at].cut, pairs, &starts)?;
                    let labels: Vec<Option<usize>> = entries[at].labels.iter().copied().map(Some).collect();
                    let jaccard = solutions.jaccard(&labels, k).into_iter().map(|j| j.unwrap_or(0.0)).collect();
                    Ok(Again { at, stability: solutions.agreement().mean, jaccard, solutions })
                })
                .collect()
        })
        .collect();
    for Again { at, stability, jaccard, solutions } in found?.into_iter().flatten() {
        entries[at].again = Some(solutions);
        let candidate = &mut entries[at].candidate;
        candidate.stability = stability;
        candidate.jaccard = jaccard;
        candidate.pairs = pairs as u64;
    }
    Ok(())
}

/// The chosen one after its candidates were sought in halves; `None` where none may be chosen.
pub(super) fn in_halves(judge: &Judge<'_>, entries: &mut [Entry]) -> Result<Option<Choice>, ModelError> {
    for entry in entries.iter_mut().filter(|e| e.cut.segments() > 1) {
        entry.candidate.stability = Some(halves(judge, &entry.cut)?);
    }
    let candidates: Vec<&Candidate> = entries.iter().map(|e| &e.candidate).collect();
    Ok(rule::most_agreed(&candidates))
}

fn halves(judge: &Judge<'_>, cut: &Cut) -> Result<f64, ModelError> {
    samples::agreement_of_halves(judge.table, cut, judge.profile.starts, judge.settings.seed)
}

/// Holds the chosen mixture against plain ways with as many segments, in halves.
///
/// METHOD: the mixture stays unless halves of the sample agree poorly on it and clearly better on a plain way. It models
/// what k-means cannot (scale use, halo, gaps), but on ratings without separate groups k-means was found again more
/// reliably (`docs/method.md#trap-4-trusting-one-method`).
pub(super) fn against_plain(judge: &Judge<'_>, mut found: Found, settled: &Settled) -> Result<Found, ModelError> {
    let (k, plain) = (settled.cut.segments(), judge.asked().plain);
    if k == 1 || plain.is_empty() {
        return Ok(found);
    }
    let own = halves(judge, &settled.cut)?;
    let same = |c: &&mut Candidate| c.segments == k && c.factors == settled.cut.way.factors();
    found.candidates.iter_mut().filter(same).for_each(|c| c.stability = Some(own));
    found.stability = Some(own);
    let look = Look::of_starts(judge.profile.starts, judge.settings.seed);
    let mut best: Option<(f64, Cut, usize)> = None;
    for cut in Starts::new(plain, judge.table, k, look)?.cuts {
        let mut rival = judge.entry(cut);
        let stability = halves(judge, &rival.cut)?;
        rival.candidate.stability = Some(stability);
        if judge.is_mostly_level(&rival.cut) {
            rival.candidate.knocked_out = Some(LEVEL.to_owned());
        }
        let allowed = rival.candidate.knocked_out.is_none();
        found.candidates.push(rival.candidate);
        if allowed && best.as_ref().is_none_or(|b| stability > b.0) {
            best = Some((stability, rival.cut, found.candidates.len() - 1));
        }
    }
    if let Some((stability, cut, place)) = best
        && own < POOR_AGREEMENT
        && stability >= POOR_AGREEMENT
        && stability > own + CLEAR_LEAD
    {
        found.given = judge.settled(&cut)?.given;
        found.way = cut.way;
        found.stability = Some(stability);
        "Halves of the sample agree on it clearly better than on the best mixture.".clone_into(&mut found.choice);
        found.candidates.iter_mut().for_each(|c| c.chosen = false);
        found.candidates[place].chosen = true;
    }
    Ok(found)
}
