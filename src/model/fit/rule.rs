//! The declared rule: which candidate is used.

use super::super::settings::FitSettings;
use super::thorough::{Entry, best_by};

/// Stability from which a cut counts as found again. Source: domain fact sheet 6.7.
const STRONG: f64 = 0.80;

/// Jaccard coefficient from which a segment counts as found again. Source: Hennig (2007), the reading guide of R fpc.
const FOUND: f64 = 0.75;

/// Where none is: how much less stable than the most stable one a cut may be. Our judgement: what ten pairs of samples
/// cannot tell apart for sure.
const NEAR: f64 = 0.05;

/// Share of the variance of outcomes that is no reason to prefer a cut. Our judgement.
const NO_DIFFERENCE: f64 = 0.01;

/// Standard errors of a difference in outcomes that may be luck. METHOD: two, not one, because the best of many
/// candidates is lucky.
const LUCK: f64 = 2.0;

/// Candidates behind the chosen one that are looked at as closely.
const RUNNERS_UP: usize = 3;

/// What the rule says.
pub(super) struct Choice {
    /// Place of the chosen entry.
    pub(super) at: usize,
    /// Places of the chosen one and of those that might take its place.
    pub(super) finalists: Vec<usize>,
    /// Why, in one sentence.
    pub(super) why: String,
}

/// Chooses among all candidates.
///
/// 1. *Constraints.* A candidate is out if its smallest segment has less than `min_share` of customers or
///    `min_respondents` respondents, if its segments are mostly people who rate high and people who rate low, or if
///    another number of common factors describes the answers better (Akaike's criterion at that number of segments). A
///    pinned number of segments or method is not held against a candidate. If all are out, the fewest segments remain.
/// 2. *One segment*, where it may be chosen, unless a mixture of several segments that is not out has a smaller
///    Bayesian information criterion (BIC) than the best one-segment solution: with the common factors in both, several
///    segments must describe the answers better than a continuum.
/// 3. *Stability.* Candidates with a mean bootstrap adjusted Rand index of 0.80 or more stay, if there are any of which
///    each segment has a Jaccard coefficient of 0.75 or more, then only those; if no candidate reaches 0.80, those within
///    0.05 of the most stable one.
/// 4. *Outcomes not clustered on.* Of these, candidates stay whose held-out share of explained variance is no more than
///    two standard errors of the difference (or 0.01) below the best.
/// 5. *BIC.* Of these, the mixture with the smallest BIC; where only k-means is left, the one with the most segments, of
///    equals the more stable.
///
/// METHOD: agreement falls with the number of segments, so asking for the most stable cut alone would always give two;
/// more segments are more use as long as they are found again. The order is MODEL section 4's; thresholds are those of
/// the domain fact sheet 6.7 and our judgement.
pub(super) fn choose(entries: &[Entry], settings: &FitSettings) -> Choice {
    let mut left: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].candidate.knocked_out.is_none()).collect();
    let mut why = Vec::new();
    if left.is_empty() {
        let wanted = settings.counts();
        let asked = |at: &usize| wanted.contains(&entries[*at].cut.segments());
        let fewest = (0..entries.len()).filter(asked).map(|at| entries[at].cut.segments()).min().unwrap_or(1);
        left = (0..entries.len()).filter(|at| entries[*at].cut.segments() == fewest).collect();
        why.push("every candidate breaks a constraint, so the fewest segments are used".to_owned());
    }
    if let Some(one) = one_segment(entries, &left) {
        let why = "One group describes the answers as well as several segments would.".to_owned();
        return Choice { at: one, finalists: vec![one], why };
    }
    left.retain(|at| entries[*at].cut.segments() > 1);
    if left.is_empty() {
        let at = best_by(entries, |e| e.candidate.bic).unwrap_or(0);
        return Choice { at, finalists: vec![at], why: "Nothing but one segment could be tried.".to_owned() };
    }
    let stable = stable(entries, &left, &mut why);
    let telling = telling(entries, &stable, &mut why);
    let at = last_step(entries, &telling, &mut why);
    let mut finalists = vec![at];
    let mut rest: Vec<usize> = telling.iter().chain(&stable).copied().filter(|other| *other != at).collect();
    while finalists.len() <= RUNNERS_UP && !rest.is_empty() {
        let pool: Vec<usize> = rest.iter().copied().filter(|at| telling.contains(at)).collect();
        let next = last_step(entries, if pool.is_empty() { &rest } else { &pool }, &mut Vec::new());
        finalists.push(next);
        rest.retain(|other| *other != next);
    }
    // Its rivals with as many segments, so that the table compares like with like.
    let k = entries[at].cut.segments();
    let rivals = (0..entries.len()).filter(|other| entries[*other].cut.segments() == k);
    finalists.extend(rivals.filter(|other| entries[*other].cut.mixture().is_none()));
    finalists.sort_unstable();
    finalists.dedup();
    let mut why = why.join("; ");
    if let Some(first) = why.get(..1).map(str::to_uppercase) {
        why.replace_range(..1, &first);
        why.push('.');
    }
    Choice { at, finalists, why }
}

/// Place of one segment, if it is the answer.
fn one_segment(entries: &[Entry], left: &[usize]) -> Option<usize> {
    let best = |several: bool| {
        let inside = |at: &usize| left.contains(at) && (entries[*at].cut.segments() > 1) == several;
        let criterion = |at: &usize| entries[*at].candidate.bic.unwrap_or(f64::INFINITY);
        (0..entries.len()).filter(inside).min_by(|a, b| criterion(a).total_cmp(&criterion(b)))
    };
    let one = best(false)?;
    let Some(several) = best(true) else { return Some(one) };
    // K-means alone cannot be held against one group.
    let own = best_of_one(entries)?;
    match entries[several].candidate.bic {
        Some(bic) if bic < own => None,
        _ => Some(one),
    }
}

/// The smallest criterion of one segment, with whatever number of factors.
fn best_of_one(entries: &[Entry]) -> Option<f64> {
    entries.iter().filter(|e| e.cut.segments() == 1).filter_map(|e| e.candidate.bic).reduce(f64::min)
}

fn stable(entries: &[Entry], left: &[usize], why: &mut Vec<String>) -> Vec<usize> {
    let of = |at: &usize| entries[*at].candidate.stability.unwrap_or(0.0);
    let best = left.iter().map(of).fold(0.0, f64::max);
    let bar = if best >= STRONG { STRONG } else { best - NEAR };
    let mut kept: Vec<usize> = left.iter().copied().filter(|at| of(at) >= bar).collect();
    let whole = |at: &usize| entries[*at].candidate.min_jaccard().is_some_and(|least| least >= FOUND);
    if best >= STRONG && kept.iter().any(whole) {
        kept.retain(whole);
    }
    why.push(if best >= STRONG {
        format!("{} of {} candidates are found again in bootstrap samples", kept.len(), left.len())
    } else {
        format!("no candidate is found again surely, {} of {} are near the most stable one", kept.len(), left.len())
    });
    kept
}

fn telling(entries: &[Entry], stable: &[usize], why: &mut Vec<String>) -> Vec<usize> {
    let known = |at: &usize| entries[*at].separation.as_ref();
    let best = stable.iter().filter_map(known).reduce(|best, next| if next.r2 > best.r2 { next } else { best });
    let Some(best) = best else { return stable.to_vec() };
    let as_good = |at: &usize| {
        known(at).is_some_and(|own| {
            let (lead, error) = best.lead(own);
            lead <= (LUCK * error).max(NO_DIFFERENCE)
        })
    };
    let kept: Vec<usize> = stable.iter().copied().filter(as_good).collect();
    if kept.len() < stable.len() {
        why.push(format!("{} of these tell outcomes apart best", kept.len()));
    }
    kept
}

fn last_step(entries: &[Entry], left: &[usize], why: &mut Vec<String>) -> usize {
    let bic = |at: &usize| entries[*at].candidate.bic.unwrap_or(f64::INFINITY);
    let best = left.iter().copied().min_by(|a, b| bic(a).total_cmp(&bic(b))).expect("somebody is left");
    if bic(&best).is_finite() {
        why.push("of the mixtures among them it has the smallest information criterion".to_owned());
        return best;
    }
    why.push("of what is left it has the most segments".to_owned());
    let stability = |at: &usize| entries[*at].candidate.stability.unwrap_or(0.0);
    let order = |a: &usize, b: &usize| {
        let k = |at: &usize| entries[*at].cut.segments();
        k(a).cmp(&k(b)).then(stability(a).total_cmp(&stability(b))).then(b.cmp(a))
    };
    left.iter().copied().max_by(order).expect("somebody is left")
}
