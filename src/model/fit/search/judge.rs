//! What a candidate is judged by, but for resampling.

use ndarray::Array2;

use super::super::error::ModelError;
use super::super::evidence::level::{ONLY_LEVEL_SHARE, level_share, segment_levels, shares_between};
use super::super::evidence::outcome::Separation;
use super::super::evidence::ratings::Evidence;
use super::super::report::Candidate;
use super::super::settings::{FitSettings, SegmentCount};
use super::effort::Profile;
use super::table::Worktable;
use super::way::{Asked, Cut, Settled, Way};
use valueseg_stats::observed::Observed;
use valueseg_stats::resample::Solutions;
use valueseg_stats::separation::{calinski_harabasz, group_means, shadow};

/// What is said of segments that are only a use of the scale.
pub(super) const LEVEL: &str = "its segments are mostly people who rate high and people who rate low";

/// Share of customers in segments that are only high or only low raters from which a solution is no segmentation. Our
/// judgment: half of them.
const MOSTLY: f64 = 0.5;

/// Share of a rating's variance between the segments from which they are that rating, unless many ratings are like it.
///
/// METHOD: a threshold of the design (η² of 0.7: what two groups three and a half spreads apart have). On items of few steps
/// a mixture cuts along the answers to one of them: the segments are found again every time, and say one answer.
const ONE_RATING: f64 = 0.7;

/// What a rating that goes along has at least: half of what the segments and it would have in common if they were one.
const GOES_ALONG: f64 = 0.35;

/// Ratings that must go along for segments to be more than one rating, and their share of all. Groups that are perfectly
/// apart are so on many ratings. Our judgment.
const LEAST_ALONG: usize = 4;
/// See [`LEAST_ALONG`].
const LEAST_SHARE_ALONG: f64 = 1.0 / 3.0;

/// What is said of segments that are one rating in disguise, if they are: `shares` of the ratings' variances lie between.
fn one_rating(shares: &[f64]) -> Option<String> {
    let most = shares.iter().copied().fold(0.0, f64::max);
    let along = shares.iter().filter(|share| **share >= GOES_ALONG).count();
    let many = along >= LEAST_ALONG && along as f64 >= LEAST_SHARE_ALONG * shares.len() as f64;
    (most > ONE_RATING && !many).then(|| {
        format!("its segments are the answers to a single question: {:.0} % of its variance lies between", 100.0 * most)
    })
}

/// A candidate with the cut behind it.
pub(super) struct Entry {
    pub(super) cut: Cut,
    /// Of the screened rows; empty where candidates know their sizes only.
    pub(super) labels: Vec<usize>,
    pub(super) candidate: Candidate,
    /// How well it tells outcomes apart; `None` without an outcome.
    pub(super) separation: Option<Separation>,
    /// Improved by splits and merges.
    pub(super) improved: bool,
    /// What was found in bootstrap samples; `None` = not sought.
    pub(super) again: Option<Solutions>,
    /// What is said of segments that are one rating in disguise; `None` = they are more.
    pub(super) one_rating: Option<String>,
}

impl Entry {
    /// Names one thing more that speaks against choosing it.
    pub(super) fn rule_out(&mut self, reason: &str) {
        let said = self.candidate.knocked_out.take().map_or_else(String::new, |said| format!("{said}; "));
        self.candidate.knocked_out = Some(format!("{said}{reason}"));
    }
}

/// What candidates are judged on.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    /// The screened rows.
    pub(super) screen: &'a Evidence,
    /// The same, ready to be cut.
    pub(super) table: &'a Worktable,
    /// All rows.
    pub(super) evidence: &'a Evidence,
    pub(super) settings: &'a FitSettings,
    pub(super) profile: Profile,
}

impl Judge<'_> {
    /// The ways the settings ask for.
    pub(super) fn asked(&self) -> Asked {
        Way::asked(self.settings.method)
    }

    /// Most common factors: half as many as columns, or they would describe everything.
    pub(super) fn most_factors(&self) -> usize {
        self.settings.max_factors.min(self.table.data.n_columns() / 2)
    }

    /// Figures of a cut, with what speaks against its sizes.
    pub(super) fn entry(&self, cut: Cut) -> Entry {
        let bare = Candidate {
            method: cut.way.method(),
            segments: cut.segments(),
            factors: cut.way.factors(),
            rows: self.table.data.n_rows() as u64,
            bic: cut.bic,
            ..Candidate::default()
        };
        let given = cut.probabilities(self.table);
        let shares = shares_between(self.screen, &given);
        let several = cut.segments() > 1;
        let most_of_one = shares.iter().copied().reduce(f64::max).filter(|_| several);
        let one_rating = one_rating(&shares).filter(|_| several);
        let bare = Candidate { most_of_one, ..bare };
        if !self.profile.everything {
            let candidate = self.sized(bare, cut.smallest_share(self.table));
            let mut entry = Entry {
                cut,
                labels: Vec::new(),
                candidate,
                separation: None,
                improved: false,
                again: None,
                one_rating,
            };
            if let Some(reason) = entry.one_rating.clone() {
                entry.rule_out(&reason);
            }
            return entry;
        }
        let labels = cut.labels(self.table);
        let (k, weights) = (cut.segments(), self.table.data.weights().to_vec());
        let complete = self.table.complete();
        let known: Vec<Option<usize>> = labels.iter().copied().map(Some).collect();
        let separation = self.screen.outcomes.separation(&labels, k, &weights).filter(|_| several);
        let means = group_means(&complete, &known);
        let candidate = Candidate {
            shadow: shadow(&complete, means.view()).map(|s| s.overall).filter(|_| several),
            calinski_harabasz: calinski_harabasz(&complete, &known).filter(|_| several),
            outcome_r2: separation.as_ref().map(|s| s.r2),
            only_level: several.then(|| self.only_level(&given)),
            ..self.sized(bare, smallest(&given, &self.table.data))
        };
        Entry { cut, labels, candidate, separation, improved: false, again: None, one_rating }
    }

    /// With the smallest segment's share of customers, respondents by all rows, and what speaks against either.
    fn sized(&self, candidate: Candidate, share: f64) -> Candidate {
        let respondents = share * self.evidence.data.n_rows() as f64;
        let knocked_out = self.too_thin(candidate.segments, share, respondents);
        Candidate { smallest_share: share, smallest_respondents: respondents, knocked_out, ..candidate }
    }

    /// A cut of the screened rows on all rows.
    pub(super) fn settled(&self, cut: &Cut) -> Result<Settled, ModelError> {
        cut.settled(self.table, self.evidence, self.settings, self.profile.settled)
    }

    /// The candidate in use: sizes and criterion of all rows, the other figures of the screened ones.
    pub(super) fn final_candidate(&self, screened: &Candidate, settled: &Settled) -> Candidate {
        if !settled.anew {
            return Candidate { chosen: true, ..screened.clone() };
        }
        let data = &self.evidence.data;
        let last = Candidate { rows: data.n_rows() as u64, bic: settled.cut.bic, chosen: true, ..screened.clone() };
        if !self.profile.everything {
            return self.sized(last, settled.cut.smallest_share(self.table));
        }
        // What spoke against it may have been more than its size, so it stays as it was said.
        let knocked_out = last.knocked_out.clone();
        Candidate { knocked_out, ..self.sized(last, smallest(&settled.given, data)) }
    }

    /// Share of customers in segments that are only a level.
    fn only_level(&self, given: &Array2<f64>) -> f64 {
        let weights = self.table.data.weights();
        let sizes = given.t().dot(weights) / weights.sum();
        let levels = segment_levels(self.screen, given);
        let only = levels.iter().zip(&sizes).filter(|(level, _)| level.stands_for.is_some());
        only.map(|(_, size)| *size).sum()
    }

    /// Names in every entry what speaks against choosing it, all of it; what the settings pin is not held against them.
    pub(super) fn knock_out(&self, entries: &mut [Entry]) {
        let mut counts: Vec<usize> = entries.iter().map(|e| e.cut.segments()).collect();
        counts.dedup();
        let factors: Vec<(usize, Option<usize>)> = counts.iter().map(|k| (*k, factors_asked(entries, *k))).collect();
        // A method that leaves nothing open was pinned with whatever it finds.
        let open = self.asked().mixtures;
        for entry in entries {
            let k = entry.cut.segments();
            let mut said = Vec::new();
            let c = &entry.candidate;
            said.extend(self.too_thin(k, c.smallest_share, c.smallest_respondents));
            if k > 1 && open && self.is_level(entry) {
                said.push(LEVEL.to_owned());
            }
            said.extend(entry.one_rating.clone());
            let asked = factors.iter().find(|(count, _)| *count == k).and_then(|(_, q)| *q);
            if let (Some(q), Some(asked)) = (entry.cut.way.factors(), asked)
                && q != asked
            {
                said.push(format!("{asked} common factors describe the answers better than {q}"));
            }
            entry.candidate.knocked_out = (!said.is_empty()).then(|| said.join("; "));
        }
    }

    /// Why a solution is too thin to be chosen; a pinned number of segments always may.
    fn too_thin(&self, segments: usize, share: f64, respondents: f64) -> Option<String> {
        let settings = self.settings;
        if segments == 1 && !settings.counts().contains(&1) {
            return Some("the settings ask for more segments".to_owned());
        }
        if segments == 1 || matches!(settings.segments, SegmentCount::Exactly(_)) {
            return None;
        }
        // METHOD (our judgment): a share is known as well as the rows tell it; one standard error below is not below.
        let error = (share * (1.0 - share) / self.table.data.n_rows() as f64).sqrt();
        if share + error < settings.min_share {
            return Some(format!(
                "its smallest segment has {:.1} % of customers, less than min_share = {:.1} %",
                100.0 * share,
                100.0 * settings.min_share
            ));
        }
        if respondents < settings.min_respondents as f64 {
            return Some(format!(
                "its smallest segment rests on {respondents:.0} respondents, less than min_respondents = {}",
                settings.min_respondents
            ));
        }
        None
    }

    fn is_level(&self, entry: &Entry) -> bool {
        entry.candidate.only_level.is_some_and(|share| share > MOSTLY) || self.is_mostly_level(&entry.cut)
    }

    /// Whether what sets the segments apart is mostly level.
    pub(super) fn is_mostly_level(&self, cut: &Cut) -> bool {
        level_share(self.screen, &cut.probabilities(self.table)).is_some_and(|share| share >= ONLY_LEVEL_SHARE)
    }
}

/// Share of the smallest segment.
fn smallest(given: &Array2<f64>, data: &Observed) -> f64 {
    let sizes = given.t().dot(data.weights()) / data.weights().sum();
    sizes.iter().copied().fold(1.0, f64::min)
}

/// Place of the smallest of a criterion; `None` where it is not defined for any.
pub(super) fn best_by<T>(items: &[T], criterion: impl Fn(&T) -> Option<f64>) -> Option<usize> {
    let known = items.iter().enumerate().filter_map(|(at, item)| criterion(item).map(|value| (at, value)));
    known.reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(at, _)| at)
}

/// Number of factors of mixtures of `k` classes.
///
/// METHOD: Akaike's criterion, not Schwarz's. One factor too many costs some precision; one too few and segments are
/// cut to stand in for it: on simulated bases where the two criteria differed, the agreement with the true segments
/// was 0.60 with the factors Schwarz asked for and 0.83 with those of Akaike.
fn factors_asked(entries: &[Entry], k: usize) -> Option<usize> {
    let at = best_by(entries, |e| e.cut.aic.filter(|_| e.cut.segments() == k))?;
    entries[at].cut.way.factors()
}
