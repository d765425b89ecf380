//! What tomorrow's plan takes from what was found of plays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::experiment::{EffectRole, PROGRAM};
use super::finding::{EffectFinding, EffectVerdict};
use super::settings::EffectSettings;
use valueseg_catalogue::Better;
use valueseg_stats::arms::{Family, Shrunk};
use valueseg_stats::interval::Z95;

use super::experiment::EffectMetric;

/// What is expected of a play in a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedGain {
    /// Expected change of the metric, in its unit, and the ends of its 95 % interval.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Matured customers behind it.
    pub n: u64,
    /// Probability that it is worth having, the right way.
    pub worth: f64,
    /// Measured in this segment; else carried over from all segments, and wider.
    pub own: bool,
}

/// Who goes without a play, as a person decided.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnSplit {
    /// The play.
    pub play: String,
    /// The segments it holds in; empty = in all.
    pub segments: BTreeSet<String>,
    /// Share of those next for it who go without, 0–1.
    pub control: f64,
}

/// What was learned of all plays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    /// Primary findings of plays, by play and segment: one a pair, the play's own control before one from elsewhere.
    found: BTreeMap<(String, String), EffectFinding>,
    /// Plays and segments that did harm, by the primary metric or by a guardrail, with the sentence.
    harmed: BTreeMap<(String, String), String>,
    splits: Vec<OwnSplit>,
    today: Option<NaiveDate>,
    settings: EffectSettings,
}

impl Learned {
    /// From the findings of the night.
    #[must_use]
    pub fn of(findings: &[EffectFinding], settings: &EffectSettings, today: NaiveDate) -> Self {
        let mut this = Self { today: Some(today), settings: settings.clone(), ..Self::default() };
        for finding in findings.iter().filter(|finding| finding.key.play != PROGRAM) {
            let place = (finding.key.play.clone(), finding.key.segment.clone());
            if finding.role != EffectRole::Secondary && finding.verdict == EffectVerdict::Harmed {
                this.harmed.entry(place.clone()).or_insert_with(|| finding.say.clone());
            }
            let weighs = finding.role == EffectRole::Primary && finding.verdict != EffectVerdict::NoOutcome;
            // Findings come by key, and own controls before those from elsewhere.
            if weighs {
                this.found.entry(place).or_insert_with(|| finding.clone());
            }
        }
        this
    }

    /// With shares that a person decided on.
    #[must_use]
    pub fn split(self, splits: Vec<OwnSplit>) -> Self {
        Self { splits, ..self }
    }

    /// The share that a person decided on, of those next for a play; `None` = nobody did.
    #[must_use]
    pub fn own_share(&self, play: &str, segment: &str) -> Option<f64> {
        let here = |own: &&OwnSplit| own.play == play && (own.segments.is_empty() || own.segments.contains(segment));
        self.splits.iter().find(here).map(|own| own.control)
    }

    /// What is expected of a play in a segment; `None` = it was never measured.
    ///
    /// METHOD: what was seen in the segment itself, drawn toward its like; else what all segments together show, its spread
    /// doubled, because groups differ. Our judgment for the doubling.
    #[must_use]
    pub fn expected(&self, play: &str, segment: &str) -> Option<ExpectedGain> {
        let at = |segment: &str| self.found.get(&(play.to_owned(), segment.to_owned()));
        let own = at(segment).and_then(|finding| Some((finding, finding.shrunk?, true)));
        let (finding, (value, sd, _), own) = own.or_else(|| {
            let everybody = at("ALL")?;
            let (value, sd, positive) = everybody.shrunk?;
            Some((everybody, (value, 2.0 * sd, positive), false))
        })?;
        let shrunk: Shrunk = Family::prior(value, sd * sd).unseen();
        let better = EffectMetric::parse(&finding.key.metric).map_or(Better::Higher, EffectMetric::better);
        let least = finding.worth.unwrap_or(0.0);
        let worth = match better {
            Better::Higher => shrunk.above(least),
            Better::Lower => 1.0 - shrunk.above(-least),
        };
        let n = finding.matured.treated + finding.matured.control;
        Some(ExpectedGain { value, low: value - Z95 * sd, high: value + Z95 * sd, n, worth, own })
    }

    /// Why a play is off in a segment; `None` = it is not.
    ///
    /// METHOD (our judgment): harm stops a play the same night. No difference, and no verdict, retire it once a further window
    /// has passed and said nothing else: two strikes. What worked stays, and so does what wears off.
    #[must_use]
    pub fn retired(&self, play: &str, segment: &str) -> Option<String> {
        if self.settings.keep_on.contains(play) {
            return None;
        }
        let places = [segment, "ALL"].map(|segment| (play.to_owned(), segment.to_owned()));
        // Everybody's harm counts where the segment has no verdict of its own.
        let decided = self.found.get(&places[0]).is_some_and(|finding| finding.verdict == EffectVerdict::Worked);
        let [own, everybody] = &places;
        if let Some(say) = self.harmed.get(own).or_else(|| self.harmed.get(everybody).filter(|_| !decided)) {
            return Some(say.clone());
        }
        let finding = self.found.get(own)?;
        let after = self.today? - finding.verdict_since;
        let twice = after.num_days() >= i64::from(finding.window_days);
        match finding.verdict {
            EffectVerdict::NoDifferenceSeen if twice => Some(format!("Useless, seen twice. {}", finding.say)),
            EffectVerdict::Undecided if twice => {
                Some(format!("It cannot be told at this size: pool it with other groups, or drop it. {}", finding.say))
            }
            _ => None,
        }
    }

    /// Share of those next for a play who go without.
    #[must_use]
    pub fn control_share(&self, play: &str, segment: &str) -> f64 {
        let worked = |segment: &str| {
            let finding = self.found.get(&(play.to_owned(), segment.to_owned()));
            finding.is_some_and(|finding| matches!(finding.verdict, EffectVerdict::Worked | EffectVerdict::Fading))
        };
        if worked(segment) { self.settings.proven_share } else { self.settings.control_share }
    }

    /// What was found of a play in a segment, in a sentence, or of everybody; `None` = nothing was measured.
    #[must_use]
    pub fn say(&self, play: &str, segment: &str) -> Option<&str> {
        let at = |segment: &str| self.found.get(&(play.to_owned(), segment.to_owned()));
        at(segment).or_else(|| at("ALL")).map(|finding| finding.say.as_str())
    }

    /// Plays and segments that did harm, with the sentence.
    pub fn harmed(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.harmed.iter().map(|((play, segment), say)| (play.as_str(), segment.as_str(), say.as_str()))
    }
}
