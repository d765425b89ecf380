//! The declared rule: which candidate is used.

use super::super::evidence::outcome::Separation;
use super::super::report::{Candidate, POOR_AGREEMENT, STRONG_AGREEMENT};
use super::super::settings::FitSettings;
use super::judge::best_by;
use valueseg_stats::resample::JaccardBand;

/// Where none is: how much less stable than the most stable one a cut may be. Our judgment: what eight pairs of
/// samples cannot tell apart for sure.
const NEAR: f64 = 0.05;

/// Share of the variance of outcomes that is no reason to prefer a cut. Our judgment.
const NO_DIFFERENCE: f64 = 0.01;

/// Standard errors of a difference in outcomes that may be luck. METHOD: two, not one, because the best of many
/// candidates is lucky.
const LUCK: f64 = 2.0;

/// Candidates behind the chosen one that are looked at as closely.
const RUNNERS_UP: usize = 3;

/// Why a candidate is chosen that was sought in halves.
pub(super) const MOST_AGREED: &str =
    "The most segments that halves of the sample agree on strongly, or else agree on best.";

/// A candidate as the rule sees it.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) candidate: &'a Candidate,
    /// How well it tells outcomes apart; `None` without an outcome.
    pub(super) separation: Option<&'a Separation>,
}

impl Judged<'_> {
    fn segments(&self) -> usize {
        self.candidate.segments
    }

    /// The criterion; infinite where it is not defined.
    fn bic(&self) -> f64 {
        self.candidate.bic.unwrap_or(f64::INFINITY)
    }

    fn stability(&self) -> f64 {
        self.candidate.stability.unwrap_or(0.0)
    }
}

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
/// 1. *Constraints.* A candidate is out if its smallest segment has less than `min_share` of customers by more than the
///    share's standard error, or less than `min_respondents` respondents, if its segments are mostly people who rate high
///    and people who rate low, if more than 0.7 of one rating's variance lies between them and few others go along, or if
///    another number of common factors describes the answers better (Akaike's criterion at that number of segments). A
///    pinned number of segments or method is not held against a candidate. If all are out, the fewest segments remain.
/// 2. *One segment*, where it may be chosen, unless a mixture of several segments that is not out has a smaller
///    Bayesian information criterion (BIC) than the best one-segment solution: with the common factors in both, several
///    segments must describe the answers better than a continuum. Mixtures that do not are out of the following steps. Where all
///    mixtures of several are out, k-means goes through if one of those had a smaller BIC.
/// 3. *Stability.* Candidates with a mean bootstrap adjusted Rand index of 0.80 or more stay, if there are any of which
///    each segment has a Jaccard coefficient of 0.75 or more, then only those; if no candidate reaches 0.80, those within
///    0.05 of the most stable one. The mixture with the smallest BIC of all that are left stays from 0.60 on; where no
///    candidate reaches 0.80 and the number of segments is set, always.
/// 4. *Outcomes not clustered on.* Of these, candidates stay whose held-out share of explained variance is no more than
///    two standard errors of the difference (or 0.01) below the best.
/// 5. *BIC.* Of these, the mixture with the smallest BIC; where only k-means is left, the one with the most segments, of
///    equals the more stable.
///
/// METHOD: agreement falls with the number of segments, so asking for the most stable cut alone would always give two;
/// more segments are more use as long as they are found again. Order and thresholds:
/// `docs/method.md#the-declared-rule`, `docs/domain.md#agreement-bands`; our judgment.
pub(super) fn choose(all: &[Judged<'_>], settings: &FitSettings) -> Choice {
    let mut left: Vec<usize> = (0..all.len()).filter(|at| all[*at].candidate.knocked_out.is_none()).collect();
    let mut why = Vec::new();
    if left.is_empty() {
        let wanted = settings.counts();
        let asked = |at: &usize| wanted.contains(&all[*at].segments());
        let fewest = (0..all.len()).filter(asked).map(|at| all[at].segments()).min().unwrap_or(1);
        left = (0..all.len()).filter(|at| all[*at].segments() == fewest).collect();
        why.push("every candidate breaks a constraint, so the fewest segments are used".to_owned());
    }
    if let Some(one) = one_segment(all, &left) {
        let several =
            |only: &dyn Fn(&usize) -> bool| (0..all.len()).filter(|at| all[*at].segments() > 1).any(|at| only(&at));
        let why = match (several(&|_| true), several(&|at| left.contains(at))) {
            (false, _) => "Nothing but one segment could be tried.",
            (true, false) => "Every division into several segments is ruled out.",
            (true, true) => "One group describes the answers as well as several segments would.",
        };
        let why = why.to_owned();
        return Choice { at: one, finalists: vec![one], why };
    }
    // The gate is for the cut that goes through it, not for one that stays behind.
    let own = left.iter().any(|at| all[*at].segments() == 1).then(|| best_of_one(all)).flatten();
    let passes = |at: &usize| match (all[*at].candidate.bic, own) {
        (Some(bic), Some(own)) => bic < own,
        _ => true,
    };
    left.retain(|at| all[*at].segments() > 1 && passes(at));
    if left.is_empty() {
        let at = best_by(all, |e| e.candidate.bic).unwrap_or(0);
        return Choice { at, finalists: vec![at], why: "Nothing but one segment could be tried.".to_owned() };
    }
    let pinned = settings.counts().len() == 1;
    let stable = stable(all, &left, pinned, &mut why);
    let telling = telling(all, &stable, &mut why);
    let at = last_step(all, &telling, &mut why);
    let mut finalists = vec![at];
    let mut rest: Vec<usize> = telling.iter().chain(&stable).copied().filter(|other| *other != at).collect();
    while finalists.len() <= RUNNERS_UP && !rest.is_empty() {
        let pool: Vec<usize> = rest.iter().copied().filter(|at| telling.contains(at)).collect();
        let next = last_step(all, if pool.is_empty() { &rest } else { &pool }, &mut Vec::new());
        finalists.push(next);
        rest.retain(|other| *other != next);
    }
    // Its rivals with as many segments that no criterion speaks of, so that the table compares like with like.
    let k = all[at].segments();
    let rivals = (0..all.len()).filter(|other| all[*other].segments() == k);
    finalists.extend(rivals.filter(|other| all[*other].candidate.bic.is_none()));
    finalists.sort_unstable();
    finalists.dedup();
    let mut why = why.join("; ");
    if let Some(first) = why.get(..1).map(str::to_uppercase) {
        why.replace_range(..1, &first);
        why.push('.');
    }
    Choice { at, finalists, why }
}

/// Chooses where halves are all that is known: as many segments as they agree strongly on, or where they agree on none,
/// the number they agree on best; `None` if all candidates are out.
///
/// METHOD: agreement falls with the number of segments, so asking for the best alone would always give two; more
/// segments are more use as long as they are found again.
pub(super) fn most_agreed(all: &[&Candidate]) -> Option<Choice> {
    let agreed = |at: &usize| all[*at].stability.unwrap_or(0.0);
    let allowed: Vec<usize> = (0..all.len()).filter(|at| all[*at].knocked_out.is_none()).collect();
    // One segment is always found again, which says nothing: it is the answer only where nothing else is allowed.
    let strong = allowed.iter().copied().filter(|at| agreed(at) >= STRONG_AGREEMENT).max();
    let best = allowed.iter().copied().max_by(|a, b| agreed(a).total_cmp(&agreed(b)).then(b.cmp(a)));
    let at = strong.or(best)?;
    Some(Choice { at, finalists: vec![at], why: MOST_AGREED.to_owned() })
}

/// Place of one segment, if it is the answer.
fn one_segment(all: &[Judged<'_>], left: &[usize]) -> Option<usize> {
    let best = |several: bool| {
        let inside = |at: &usize| left.contains(at) && (all[*at].segments() > 1) == several;
        let criterion = |at: &usize| all[*at].bic();
        (0..all.len()).filter(inside).min_by(|a, b| criterion(a).total_cmp(&criterion(b)))
    };
    let one = best(false)?;
    let Some(several) = best(true) else { return Some(one) };
    let own = best_of_one(all)?;
    let beats = |at: usize| all[at].candidate.bic.is_some_and(|bic| bic < own);
    let passes = match all[several].candidate.bic {
        Some(_) => beats(several),
        // K-means alone has no criterion. Where mixtures see several groups but may not be used, it goes through, and is held
        // against tables with nothing to find.
        None => (0..all.len()).any(|at| all[at].segments() > 1 && beats(at)),
    };
    (!passes).then_some(one)
}

/// The smallest criterion of one segment, with whatever number of factors.
fn best_of_one(all: &[Judged<'_>]) -> Option<f64> {
    all.iter().filter(|e| e.segments() == 1).filter_map(|e| e.candidate.bic).reduce(f64::min)
}

fn stable(all: &[Judged<'_>], left: &[usize], pinned: bool, why: &mut Vec<String>) -> Vec<usize> {
    let of = |at: &usize| all[*at].stability();
    let best = left.iter().map(of).fold(0.0, f64::max);
    let bar = if best >= STRONG_AGREEMENT { STRONG_AGREEMENT } else { best - NEAR };
    let mut kept: Vec<usize> = left.iter().copied().filter(|at| of(at) >= bar).collect();
    let whole = |at: &usize| {
        all[*at].candidate.min_jaccard().is_some_and(|least| JaccardBand::of(least) >= JaccardBand::Stable)
    };
    if best >= STRONG_AGREEMENT && kept.iter().any(whole) {
        kept.retain(whole);
    }
    // METHOD: fewer segments are found again more surely than all that are there, so stability alone leads to too few. What
    // describes the answers best stays where it is not found again poorly; the steps to its neighbors judge its number.
    // Where the number is set and nothing is found again surely, stability would compare methods: halves of a continuum, such
    // as how high people rate, are found again better than segments that overlap. There the answers decide.
    let unsure = pinned && best < STRONG_AGREEMENT;
    let likeliest = left.iter().copied().min_by(|a, b| all[*a].bic().total_cmp(&all[*b].bic()));
    let likely = |at: &usize| all[*at].bic().is_finite() && (unsure || of(at) >= POOR_AGREEMENT);
    kept.extend(likeliest.filter(|at| likely(at) && !kept.contains(at)));
    kept.sort_unstable();
    why.push(if best >= STRONG_AGREEMENT {
        format!("{} of {} candidates are found again in bootstrap samples", kept.len(), left.len())
    } else {
        format!("no candidate is found again surely, {} of {} are near the most stable one", kept.len(), left.len())
    });
    kept
}

fn telling(all: &[Judged<'_>], stable: &[usize], why: &mut Vec<String>) -> Vec<usize> {
    let known = |at: &usize| all[*at].separation;
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

fn last_step(all: &[Judged<'_>], left: &[usize], why: &mut Vec<String>) -> usize {
    let bic = |at: &usize| all[*at].bic();
    let best = left.iter().copied().min_by(|a, b| bic(a).total_cmp(&bic(b))).expect("somebody is left");
    if bic(&best).is_finite() {
        why.push("of the mixtures among them it has the smallest information criterion".to_owned());
        return best;
    }
    why.push("of what is left it has the most segments".to_owned());
    let stability = |at: &usize| all[*at].stability();
    let order = |a: &usize, b: &usize| {
        let k = |at: &usize| all[*at].segments();
        k(a).cmp(&k(b)).then(stability(a).total_cmp(&stability(b))).then(b.cmp(a))
    };
    left.iter().copied().max_by(order).expect("somebody is left")
}

#[cfg(test)]
mod tests {
    use super::super::super::settings::SegmentCount;
    use super::super::way::Method;
    use super::*;

    fn mixture(segments: usize, bic: f64, stability: f64) -> Candidate {
        let stability = (segments > 1).then_some(stability);
        let jaccard = vec![0.9; segments];
        let factors = Some(4);
        let method = Method::Mixture;
        Candidate { method, segments, factors, bic: Some(bic), stability, jaccard, ..Candidate::default() }
    }

    fn kmeans(segments: usize, stability: f64) -> Candidate {
        let (method, factors, bic) = (Method::KmeansCentered, None, None);
        Candidate { method, factors, bic, ..mixture(segments, 0.0, stability) }
    }

    fn out(candidate: Candidate) -> Candidate {
        Candidate { knocked_out: Some("too small".to_owned()), ..candidate }
    }

    /// Place of the chosen one.
    fn chosen(candidates: &[Candidate], settings: &FitSettings) -> usize {
        let judged: Vec<Judged<'_>> = candidates.iter().map(|c| Judged { candidate: c, separation: None }).collect();
        choose(&judged, settings).at
    }

    /// The same with a share of outcomes each explains in a hundred people alike, sure to a thousandth.
    fn chosen_by_outcomes(candidates: &[(Candidate, f64)]) -> usize {
        let parts: Vec<Separation> = candidates.iter().map(|(_, r2)| Separation::evenly(*r2, 100)).collect();
        let judged: Vec<Judged<'_>> =
            candidates.iter().zip(&parts).map(|((c, _), s)| Judged { candidate: c, separation: Some(s) }).collect();
        choose(&judged, &FitSettings::default()).at
    }

    #[test]
    fn one_segment_stays_unless_a_mixture_of_several_beats_it() {
        let auto = FitSettings::default();
        assert_eq!(chosen(&[mixture(1, 100.0, 0.0), mixture(2, 101.0, 0.99), kmeans(2, 0.99)], &auto), 0);
        assert_eq!(chosen(&[mixture(1, 100.0, 0.0), mixture(2, 99.0, 0.99)], &auto), 1);
        assert_eq!(chosen(&[mixture(1, 100.0, 0.0), out(mixture(2, 50.0, 0.99))], &auto), 0);
        assert_eq!(chosen(&[mixture(1, 100.0, 0.0), out(mixture(2, 101.0, 0.99)), kmeans(2, 0.99)], &auto), 0);
        assert_eq!(chosen(&[mixture(1, 100.0, 0.0), out(mixture(2, 50.0, 0.99)), kmeans(2, 0.99)], &auto), 2);
        // Another number of factors may describe one segment better than the one Akaike asks for.
        assert_eq!(chosen(&[mixture(1, 100.0, 0.0), out(mixture(1, 90.0, 0.0)), mixture(2, 95.0, 0.9)], &auto), 0);
    }

    #[test]
    fn of_what_is_found_again_the_smallest_criterion_is_taken_not_the_most_stable() {
        let auto = FitSettings::default();
        let all = [mixture(1, 100.0, 0.0), mixture(2, 90.0, 0.99), mixture(5, 60.0, 0.85), mixture(7, 50.0, 0.59)];
        assert_eq!(chosen(&all, &auto), 2);
        let mut doubtful = mixture(6, 65.0, 0.9);
        doubtful.jaccard[3] = 0.6;
        let two = mixture(2, 90.0, 0.99);
        assert_eq!(chosen(&[all[0].clone(), two, doubtful, all[2].clone()], &auto), 3);
    }

    #[test]
    fn what_describes_the_answers_best_stays_unless_it_is_found_again_poorly() {
        let auto = FitSettings::default();
        let of = |stability| {
            let all = [mixture(1, 100.0, 0.0), mixture(2, 90.0, 0.99), mixture(5, 60.0, 0.85)];
            chosen(&[all.as_slice(), &[mixture(7, 50.0, stability)]].concat(), &auto)
        };
        assert_eq!((of(0.60), of(0.59)), (3, 2));
    }

    #[test]
    fn where_nothing_is_found_again_surely_stability_decides_first() {
        let auto = FitSettings::default();
        let all = [mixture(1, 100.0, 0.0), mixture(4, 50.0, 0.5), kmeans(4, 0.7), kmeans(3, 0.68)];
        assert_eq!(chosen(&all, &auto), 2);
    }

    #[test]
    fn where_the_number_is_set_and_nothing_is_found_again_surely_the_answers_decide() {
        let set = FitSettings { segments: SegmentCount::Exactly(4), ..FitSettings::default() };
        let one =
            Candidate { knocked_out: Some("the settings ask for more segments".to_owned()), ..mixture(1, 100.0, 0.0) };
        assert_eq!(chosen(&[one.clone(), mixture(4, 50.0, 0.45), kmeans(4, 0.62)], &set), 1);
        assert_eq!(chosen(&[one.clone(), mixture(4, 50.0, 0.45), kmeans(4, 0.85)], &set), 2);
        assert_eq!(chosen(&[one, out(mixture(4, 50.0, 0.45)), kmeans(4, 0.62)], &set), 2);
    }

    #[test]
    fn outcomes_decide_between_cuts_that_are_found_again() {
        let all = [(mixture(1, 100.0, 0.0), 0.0), (mixture(4, 50.0, 0.9), 0.05), (kmeans(4, 0.9), 0.30)];
        assert_eq!(chosen_by_outcomes(&all), 2);
        let alike = [(mixture(1, 100.0, 0.0), 0.0), (mixture(4, 50.0, 0.9), 0.295), (kmeans(4, 0.9), 0.30)];
        assert_eq!(chosen_by_outcomes(&alike), 1);
    }

    #[test]
    fn the_settings_ask_for_a_number_and_get_it_even_if_every_candidate_is_out() {
        let settings = FitSettings { segments: SegmentCount::Exactly(3), ..FitSettings::default() };
        let one =
            Candidate { knocked_out: Some("the settings ask for more segments".to_owned()), ..mixture(1, 1.0, 0.0) };
        assert_eq!(chosen(&[one.clone(), mixture(3, 90.0, 0.3)], &settings), 1);
        assert_eq!(chosen(&[one, out(mixture(3, 90.0, 0.3)), out(kmeans(3, 0.9))], &settings), 2);
    }
}
