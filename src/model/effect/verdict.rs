//! What the figures of a play come to, in one word.

use super::finding::{ArmPair, EffectVerdict};
use super::settings::{ANY_NIGHT_ALPHA, EARLIEST_LOOK, LEAST_EVENTS, MOST_CROSSED, UNEVEN_P, VERDICT_ALPHA};
use valueseg_catalogue::Better;
use valueseg_stats::arms::{Contrast, Sequence};
use valueseg_stats::interval::Interval;

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectEvidence {
    /// Which way the metric should move.
    pub better: Better,
    /// The difference of the arms; `None` = it cannot be formed.
    pub contrast: Option<Contrast>,
    /// Customers drawn.
    pub assigned: ArmPair<u64>,
    /// Those whose window is over.
    pub matured: ArmPair<u64>,
    /// Those of them whose outcome is not 0.
    pub events: ArmPair<u64>,
    /// Customers of both arms that the plan asks for; `None` = no number follows from what is known.
    pub planned: Option<u64>,
    /// p-value of the sample ratio; `None` = not known what was drawn.
    pub srm_p: Option<f64>,
    /// Share of those kept out who got the play all the same.
    pub crossover: Option<f64>,
    /// Smallest difference that is worth having; `None` = not known.
    pub worth: Option<f64>,
    /// Nobody was added for long, and every window is over.
    pub closed: bool,
}

/// Which way a difference surely goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Right,
    Wrong,
    Either,
}

impl EffectEvidence {
    /// Matured customers of both arms.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.matured.treated + self.matured.control
    }

    /// Whether enough stand behind each arm for a figure.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.contrast.is_some() && self.events.treated.min(self.events.control) >= LEAST_EVENTS
    }

    /// The sequence that may be looked at on any night, narrowest at half the plan.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        Sequence::new(ANY_NIGHT_ALPHA, self.planned? as f64 / 2.0)
    }

    /// The interval that holds on every night; `None` = too early even for it.
    #[must_use]
    pub fn any_night(&self) -> Option<Interval> {
        let early = (self.n() as f64) < EARLIEST_LOOK * self.planned? as f64;
        if early || !self.tells() {
            return None;
        }
        self.sequence()?.interval(&self.contrast?, self.n() as f64)
    }

    /// The interval of the day of the verdict.
    #[must_use]
    pub fn of_the_day(&self) -> Option<Interval> {
        if self.tells() { self.contrast?.interval(VERDICT_ALPHA) } else { None }
    }

    /// Whether the day of the verdict has come.
    #[must_use]
    pub fn day_has_come(&self) -> bool {
        self.planned.is_some_and(|planned| self.n() >= planned)
    }

    /// The verdict. `before` is that of the night before; `sure`: among all plays of the night it still stands out.
    ///
    /// METHOD: a verdict is given once, on the first night on which as many are matured as the plan asks for, and stays: another
    /// look at it would be another chance of being wrong. Only the sequence, which may be looked at always, changes it after.
    /// Looking again at half the error, a quarter and so on, as one may, would either exceed five percent in all or cost the
    /// first look its power.
    #[must_use]
    pub fn verdict(&self, before: Option<EffectVerdict>, sure: bool) -> EffectVerdict {
        if self.assigned.control == 0 {
            return EffectVerdict::NoControl;
        }
        let uneven = self.srm_p.is_some_and(|p| p < UNEVEN_P);
        if uneven || self.crossover.is_some_and(|share| share > MOST_CROSSED) {
            return EffectVerdict::Uneven;
        }
        let before = before.filter(|before| before.is_final());
        match self.any_night().map(|interval| self.direction(interval)) {
            Some(Direction::Wrong) => return EffectVerdict::Harmed,
            Some(Direction::Right) if before != Some(EffectVerdict::Harmed) => {
                return if before == Some(EffectVerdict::Fading) {
                    EffectVerdict::Fading
                } else {
                    EffectVerdict::Worked
                };
            }
            _ => {}
        }
        if let Some(before) = before {
            return before;
        }
        if !self.day_has_come() {
            return if self.closed { EffectVerdict::TooSmall } else { EffectVerdict::TooEarly };
        }
        let Some(interval) = self.of_the_day() else {
            return if self.closed { EffectVerdict::TooSmall } else { EffectVerdict::TooEarly };
        };
        match self.direction(interval) {
            Direction::Wrong => EffectVerdict::Harmed,
            Direction::Right if sure => EffectVerdict::Worked,
            Direction::Right => EffectVerdict::Undecided,
            Direction::Either if self.within_worth(interval) => EffectVerdict::NoDifferenceSeen,
            Direction::Either => EffectVerdict::Undecided,
        }
    }

    /// Whether an interval lies within what is not worth having.
    #[must_use]
    pub fn within_worth(&self, interval: Interval) -> bool {
        self.worth.is_some_and(|worth| interval.low > -worth && interval.high < worth)
    }

    fn direction(&self, interval: Interval) -> Direction {
        let (up, down) = (interval.low > 0.0, interval.high < 0.0);
        match (self.better, up, down) {
            (Better::Higher, true, _) | (Better::Lower, _, true) => Direction::Right,
            (Better::Higher, _, true) | (Better::Lower, true, _) => Direction::Wrong,
            _ => Direction::Either,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use valueseg_stats::arms::{ArmSums, welch};

    /// So many of 5,000 in each arm ordered.
    fn evidence(treated: f64, control: f64) -> EffectEvidence {
        let arm = |hits: f64| ArmSums { n: 5_000.0, y: hits, yy: hits, ..ArmSums::default() }.outcome().unwrap();
        let pair = |n: u64| ArmPair { treated: n, control: n };
        EffectEvidence {
            better: Better::Higher,
            contrast: welch(arm(treated), arm(control)),
            assigned: pair(5_000),
            matured: pair(5_000),
            events: ArmPair { treated: treated as u64, control: control as u64 },
            planned: Some(10_000),
            srm_p: Some(0.5),
            crossover: Some(0.0),
            worth: Some(0.02),
            closed: false,
        }
    }

    #[test]
    fn a_difference_that_surely_goes_one_way_worked_or_harmed() {
        assert_eq!(evidence(1_120.0, 1_000.0).verdict(None, true), EffectVerdict::Worked);
        assert_eq!(evidence(900.0, 1_000.0).verdict(None, true), EffectVerdict::Harmed);
        let fewer_complaints = EffectEvidence { better: Better::Lower, ..evidence(900.0, 1_000.0) };
        assert_eq!(fewer_complaints.verdict(None, true), EffectVerdict::Worked);
        assert_eq!(evidence(1_120.0, 1_000.0).verdict(None, false), EffectVerdict::Undecided, "others stand out more");
    }

    #[test]
    fn a_difference_not_worth_having_is_none_and_a_wide_interval_is_undecided() {
        assert_eq!(evidence(1_005.0, 1_000.0).verdict(None, true), EffectVerdict::NoDifferenceSeen);
        let wide = EffectEvidence { worth: Some(0.01), ..evidence(1_005.0, 1_000.0) };
        assert_eq!(wide.verdict(None, true), EffectVerdict::Undecided);
    }

    #[test]
    fn before_its_day_only_the_sequence_speaks() {
        let early = EffectEvidence { planned: Some(20_000), ..evidence(1_120.0, 1_000.0) };
        assert_eq!(early.verdict(None, true), EffectVerdict::TooEarly);
        assert_eq!(EffectEvidence { closed: true, ..early }.verdict(None, true), EffectVerdict::TooSmall);
        let plain = EffectEvidence { planned: Some(20_000), ..evidence(1_250.0, 1_000.0) };
        assert_eq!(plain.verdict(None, true), EffectVerdict::Worked);
        let harm = EffectEvidence { planned: Some(20_000), ..evidence(800.0, 1_000.0) };
        assert_eq!(harm.verdict(Some(EffectVerdict::Worked), true), EffectVerdict::Harmed);
    }

    #[test]
    fn a_verdict_is_given_once() {
        for verdict in [EffectVerdict::NoDifferenceSeen, EffectVerdict::Undecided, EffectVerdict::Fading] {
            assert_eq!(evidence(1_100.0, 1_000.0).verdict(Some(verdict), true), verdict);
        }
        assert_eq!(evidence(1_120.0, 1_000.0).verdict(Some(EffectVerdict::TooEarly), true), EffectVerdict::Worked);
    }

    #[test]
    fn who_is_counted_must_be_who_was_drawn() {
        let lopsided = EffectEvidence { srm_p: Some(0.000_06), ..evidence(1_120.0, 1_000.0) };
        assert_eq!(lopsided.verdict(Some(EffectVerdict::Worked), true), EffectVerdict::Uneven);
        let leaking = EffectEvidence { crossover: Some(0.08), ..evidence(1_120.0, 1_000.0) };
        assert_eq!(leaking.verdict(None, true), EffectVerdict::Uneven);
        let nobody = EffectEvidence { assigned: ArmPair { treated: 5_000, control: 0 }, ..evidence(1.0, 1.0) };
        assert_eq!(nobody.verdict(None, true), EffectVerdict::NoControl);
    }

    #[test]
    fn below_thirty_outcomes_of_an_arm_nothing_is_told() {
        let rare = evidence(100.0, 20.0);
        assert!(!rare.tells());
        assert_eq!((rare.any_night(), rare.of_the_day()), (None, None));
        assert_eq!(rare.verdict(None, true), EffectVerdict::TooEarly);
    }
}
