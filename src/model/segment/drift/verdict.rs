//! Whether the night still looks like the night of the fit.

use super::figures::{DriftFigures, DriftKind, DriftReference, Histogram};
use valueseg_stats::drift::{Comparison, SMALL_DISTANCE, Sample, TRIFLE_DISTANCE, compare};
use valueseg_stats::multiple::benjamini_hochberg;

/// Expected share of false alarms among all alarms of a night.
pub const FALSE_DISCOVERIES: f64 = 0.01;

/// Share of the tested inputs that must have drifted before the model is doubted. Our judgment: one campaign moves a
/// few signals, another base moves many.
pub const DRIFTED_SHARE: f64 = 0.20;

/// Fewest drifted inputs, whatever their share.
pub const DRIFTED_LEAST: usize = 3;

/// Rise of the share without a value from which the data are suspected before the customers. Our judgment.
pub const DATA_SUSPECTED: f64 = 0.20;

/// What is said about one indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftStatus {
    /// As at the fit, as far as can be seen.
    Ok,
    /// Different beyond chance, but by little.
    Watch,
    /// Different beyond chance, and by enough to matter.
    Drifted,
}

impl DriftStatus {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Watch => "watch",
            Self::Drifted => "drifted",
        }
    }
}

/// One indicator, now and at the fit.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftRow {
    /// Indicator, as in other tables.
    pub indicator: String,
    /// What it is about.
    pub kind: DriftKind,
    /// Customers behind it now: those who answered, or everybody scored.
    pub customers_now: u64,
    /// Customers behind it at the fit.
    pub customers_reference: u64,
    /// Jensen–Shannon divergence in nats, 0–0.693; `None` = too few customers on either night.
    pub distance: Option<f64>,
    /// Distance that chance alone exceeds once in a hundred; `None` as `distance`.
    pub limit: Option<f64>,
    /// Chance of such a distance, adjusted for the number of indicators; `None` as `distance`.
    pub p_adjusted: Option<f64>,
    /// Mean now, in the unit of the indicator; `None` = no mean, or too few customers.
    pub mean_now: Option<f64>,
    /// Mean at the fit; `None` as `mean_now`.
    pub mean_reference: Option<f64>,
    /// Share of everybody without a value now, 0–1; `None` where the question makes no sense.
    pub missing_now: Option<f64>,
    /// The same at the fit.
    pub missing_reference: Option<f64>,
    /// What follows.
    pub status: DriftStatus,
}

/// A night held against the night of the fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The night of the fit, `YYYY-MM-DD`.
    pub since: String,
    /// One row an indicator: the fit, then ratings, then signals.
    pub rows: Vec<DriftRow>,
    /// Ratings and signals that could be tested.
    pub tested: usize,
    /// Ratings and signals that have drifted.
    pub drifted: usize,
    /// Why the model should be doubted, in plain sentences; empty = it should not.
    pub doubts: Vec<String>,
}

impl Drift {
    /// Holds `now` against `reference`. Figures of fewer than `min_cell` customers are neither shown nor tested.
    ///
    /// METHOD: an indicator has drifted if its distance is beyond chance, by the chi-square limit at the sizes of both
    /// nights with false discoveries among all indicators held to [`FALSE_DISCOVERIES`] (Benjamini and Hochberg), **and**
    /// at least [`SMALL_DISTANCE`], so that a million customers do not make trifles of note. Beyond chance and between
    /// that and [`TRIFLE_DISTANCE`] it is watched. For signals "no value" is a category like others. For ratings only
    /// those who answered are compared: more answers are no drift. The base holds mostly the same people on both nights
    /// and the test takes them to be others, so it errs toward silence.
    ///
    /// The model is doubted when the segment mix, the probabilities or the share without a segment have drifted, or when
    /// [`DRIFTED_SHARE`] of the tested ratings and signals have, and at least [`DRIFTED_LEAST`]. Our judgment.
    #[must_use]
    pub fn between(reference: &DriftReference, now: &DriftFigures, min_cell: u64) -> Self {
        let then = &reference.figures().histograms;
        let pairs: Vec<(&Histogram, Option<&Histogram>)> =
            now.histograms.iter().map(|now| (now, then.iter().find(|then| then.indicator == now.indicator))).collect();
        let compared: Vec<Option<Comparison>> =
            pairs.iter().map(|(now, then)| compared(now, (*then)?, min_cell)).collect();
        let p: Vec<Option<f64>> = compared.iter().map(|c| c.map(|c| c.p)).collect();
        let adjusted = benjamini_hochberg(&p);
        let rows: Vec<DriftRow> = pairs
            .iter()
            .zip(&compared)
            .zip(&adjusted)
            .map(|(((now, then), compared), p)| row(now, *then, *compared, *p, min_cell))
            .collect();
        Self::of_rows(reference.night().to_owned(), rows)
    }

    fn of_rows(since: String, rows: Vec<DriftRow>) -> Self {
        let inputs = || rows.iter().filter(|row| row.kind != DriftKind::Fit);
        let tested = inputs().filter(|row| row.distance.is_some()).count();
        let drifted = inputs().filter(|row| row.status == DriftStatus::Drifted).count();
        let mut doubts = Vec::new();
        for row in rows.iter().filter(|row| row.kind == DriftKind::Fit && row.status == DriftStatus::Drifted) {
            doubts.push(fit_sentence(row));
        }
        if drifted >= DRIFTED_LEAST && drifted as f64 >= DRIFTED_SHARE * tested as f64 {
            doubts.push(format!("{drifted} of {tested} ratings and signals no longer look as they did at the fit."));
        }
        Self { since, rows, tested, drifted, doubts }
    }

    /// Whether the model should be doubted: the rule of `refit = "on-drift"`.
    #[must_use]
    pub fn fires(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// Whether a signal that has drifted lost its value for so many more customers ([`DATA_SUSPECTED`]) that an input or a
    /// column has more likely stopped coming than customers changed.
    #[must_use]
    pub fn data_suspected(&self) -> bool {
        self.farthest().iter().filter(|row| row.kind == DriftKind::Signal).any(|row| {
            row.missing_now.zip(row.missing_reference).is_some_and(|(now, then)| now - then >= DATA_SUSPECTED)
        })
    }

    /// Ratings and signals that have drifted, farthest first.
    #[must_use]
    pub fn farthest(&self) -> Vec<&DriftRow> {
        let mut rows: Vec<&DriftRow> =
            self.rows.iter().filter(|row| row.kind != DriftKind::Fit && row.status == DriftStatus::Drifted).collect();
        let distance = |row: &DriftRow| row.distance.unwrap_or(0.0);
        rows.sort_by(|a, b| distance(b).total_cmp(&distance(a)).then_with(|| a.indicator.cmp(&b.indicator)));
        rows
    }

    /// The finding in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let held = if self.fires() { "the model is in doubt" } else { "the model holds" };
        if self.tested == 0 {
            // Nothing was held against anything, so nothing of it holds.
            let held = if self.fires() { held } else { "whether the model holds is not known" };
            return format!("No rating or signal could be tested since the fit of {}; {held}", self.since);
        }
        format!(
            "{} of {} ratings and signals tested have drifted since the fit of {}; {held}",
            self.drifted, self.tested, self.since,
        )
    }
}

fn compared(now: &Histogram, then: &Histogram, min_cell: u64) -> Option<Comparison> {
    let enough = now.customers.min(then.customers) >= min_cell.max(1);
    let sample = |h: &Histogram| h.effective;
    enough
        .then(|| {
            compare(
                Sample { weights: &now.weights, n: sample(now) },
                Sample { weights: &then.weights, n: sample(then) },
            )
        })
        .flatten()
}

fn row(
    now: &Histogram,
    then: Option<&Histogram>,
    compared: Option<Comparison>,
    p_adjusted: Option<f64>,
    min_cell: u64,
) -> DriftRow {
    // A mean needs as many customers with a value as any published figure.
    let with_value = |h: &Histogram| match h.kind {
        DriftKind::Signal => h.customers as f64 * (1.0 - h.missing.unwrap_or(0.0)),
        _ => h.customers as f64,
    };
    let shown = |h: &Histogram| h.mean.filter(|_| with_value(h) >= min_cell as f64);
    let status = match compared.zip(p_adjusted) {
        Some((c, p)) if p < FALSE_DISCOVERIES && c.distance >= SMALL_DISTANCE => DriftStatus::Drifted,
        Some((c, p)) if p < FALSE_DISCOVERIES && c.distance >= TRIFLE_DISTANCE => DriftStatus::Watch,
        _ => DriftStatus::Ok,
    };
    DriftRow {
        indicator: now.indicator.clone(),
        kind: now.kind,
        customers_now: now.customers,
        customers_reference: then.map_or(0, |then| then.customers),
        distance: compared.map(|c| c.distance),
        limit: compared.map(|c| c.limit),
        p_adjusted,
        mean_now: shown(now),
        mean_reference: then.and_then(shown),
        missing_now: now.missing,
        missing_reference: then.and_then(|then| then.missing),
        status,
    }
}

/// What a drifted figure of the fit means.
fn fit_sentence(row: &DriftRow) -> String {
    let means = row.mean_reference.zip(row.mean_now);
    let percent = |what: &str| {
        means.map_or_else(
            || format!("{what} has changed."),
            |(then, now)| format!("{what} went from {:.1} % to {:.1} %.", then * 100.0, now * 100.0),
        )
    };
    match row.indicator.as_str() {
        "unassigned_share" => percent("The share of customers without a segment"),
        "segment_probability" => percent("The mean probability of the likeliest segment"),
        _ => "The sizes of the segments, relative to each other, have changed.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_the_model_holds_is_said_only_where_something_was_tested() {
        let none = Drift::of_rows("2026-11-01".to_owned(), Vec::new()).sentence();
        assert_eq!(
            none,
            "No rating or signal could be tested since the fit of 2026-11-01; whether the model holds is not known"
        );
        let tested = Drift { tested: 1, ..Drift::of_rows("2026-11-01".to_owned(), Vec::new()) };
        assert!(
            tested.sentence().starts_with("0 of 1 ratings and signals tested")
                && tested.sentence().ends_with("the model holds")
        );
    }
}
