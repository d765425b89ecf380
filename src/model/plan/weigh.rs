//! What the drivers say of an element: how much of an outcome goes with it, and in which way.

use serde_json::{Map, Value, json};

use crate::rows::Estimate;
use crate::segment::SegmentNight;
#[cfg(test)]
use crate::segment::drivers::{ElementDriver, Explained, GroupDrivers, OutcomeDrivers};
use crate::segment::drivers::{Kano, Outcome, Quadrant, StatedDerived};
use valueseg_catalogue::ElementId;

/// Part of an even share below which next to nothing of the outcome goes with an element, if the whole interval lies below
/// an even share; and the part below which that is so whatever the interval. Our judgment.
const NEXT_TO_NOTHING: f64 = 0.25;
const NOTHING: f64 = 0.1;

/// How far the derived share raises or lowers a line: a share is unsure, so it shifts the order and does not make it.
const LEAST_FACTOR: f64 = 0.5;
const MOST_FACTOR: f64 = 2.0;

/// The derived importance of one element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DerivedWeight {
    outcome: Outcome,
    share: Estimate,
    /// What each would have if all rated elements were alike, 0–1.
    even: f64,
    quadrant: Option<Quadrant>,
    kano: Option<Kano>,
    stated: Option<StatedDerived>,
    /// Of everybody, because too few of the segment answered.
    of_everybody: bool,
}

impl DerivedWeight {
    /// That of the segment, else everybody's; `None` = the drivers say nothing.
    ///
    /// Everybody's classes are not the segment's: they hang on how well an element is delivered there.
    pub(super) fn of(segment: &SegmentNight, everyone: &SegmentNight, element: ElementId) -> Option<Self> {
        Self::in_group(segment, element).or_else(|| {
            let whole = Self::in_group(everyone, element)?;
            Some(Self { quadrant: None, stated: None, of_everybody: true, ..whole })
        })
    }

    fn in_group(group: &SegmentNight, element: ElementId) -> Option<Self> {
        let (outcome, explained) = group.drivers.leading()?;
        let driver = explained.elements.iter().find(|driver| driver.element == element)?;
        Some(Self {
            outcome,
            share: driver.share,
            even: 1.0 / explained.elements.len() as f64,
            quadrant: driver.quadrant,
            kano: driver.kano,
            stated: driver.stated,
            of_everybody: false,
        })
    }

    /// What a line's strength is multiplied by, 0.5–2.
    ///
    /// METHOD (our judgment): what moves everybody is weak evidence of what moves a group that wants something else, so its
    /// pull is the square root.
    pub(super) fn factor(&self) -> f64 {
        let factor = (self.share.value / self.even).clamp(LEAST_FACTOR, MOST_FACTOR);
        if self.of_everybody { factor.sqrt() } else { factor }
    }

    /// Next to nothing goes with it in the segment itself, and no low rating goes with a loss: mending it moves nobody, for
    /// all that is known.
    pub(super) fn next_to_nothing(&self) -> bool {
        let mending_counts = matches!(self.kano, Some(Kano::MustBe | Kano::Performance));
        let surely_less = self.share.high < self.even && self.share.value < NEXT_TO_NOTHING * self.even;
        !self.of_everybody && !mending_counts && (surely_less || self.share.value < NOTHING * self.even)
    }

    /// Delivered better than the rest, and less than an even share goes with it: more of it moves nobody.
    pub(super) fn overdone(&self) -> bool {
        self.quadrant == Some(Quadrant::Overdone)
    }

    /// "its ratings go with 5 % (0 to 14 %) of what the elements explain of recommendation, an even share being 3 %".
    pub(super) fn words(&self) -> String {
        let percent = |x: f64| format!("{:.0}", 100.0 * x);
        format!(
            "{} go with {} % ({} to {} %) of what the elements explain of {}, an even share being {} %",
            if self.of_everybody { "everybody's ratings of it" } else { "its ratings" },
            percent(self.share.value),
            percent(self.share.low),
            percent(self.share.high),
            self.outcome.words(),
            percent(self.even)
        )
    }

    /// Adds what is known to a line's evidence.
    pub(super) fn put(&self, map: &mut Map<String, Value>) {
        let share = json!({ "value": self.share.value, "low": self.share.low, "high": self.share.high });
        map.insert("derived_importance".to_owned(), share);
        map.insert("derived_outcome".to_owned(), json!(self.outcome.slug()));
        map.insert("derived_of".to_owned(), json!(if self.of_everybody { "everybody" } else { "segment" }));
        let classes = [
            ("kano_class", self.kano.map(Kano::slug)),
            ("quadrant", self.quadrant.map(Quadrant::slug)),
            ("stated_derived", self.stated.map(StatedDerived::slug)),
        ];
        for (key, class) in classes {
            if let Some(class) = class {
                map.insert(key.to_owned(), json!(class));
            }
        }
    }
}

/// Drivers of recommendation made by hand: share of each element, all answered by 300, intervals of a tenth of the share;
/// those in `overdone` are classed so.
#[cfg(test)]
pub(super) fn driven(shares: &[(&str, f64)], overdone: &[&str]) -> GroupDrivers {
    let around = |value: f64| Estimate { value, low: 0.9 * value, high: 1.1 * value, n: 300 };
    let driver = |(slug, share): &(&str, f64)| ElementDriver {
        element: ElementId::parse(slug).expect("an element"),
        share: around(*share),
        own_share: *share,
        weight: *share,
        correlation: around(*share),
        direction: Some(1),
        differs_p: None,
        answers: 300,
        penalty: None,
        reward: None,
        kano: None,
        stated: None,
        quadrant: overdone.contains(slug).then_some(Quadrant::Overdone),
    };
    let explained = Explained {
        r_squared: around(0.4),
        adjusted_r_squared: 0.38,
        halo: None,
        own_voice: None,
        elements: shares.iter().map(driver).collect(),
        needs: Vec::new(),
    };
    let outcome = OutcomeDrivers { outcome: Outcome::Recommend, respondents: 300, result: Ok(explained) };
    GroupDrivers { outcomes: vec![outcome] }
}
