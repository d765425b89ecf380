//! What is found of a play in a group.

use chrono::NaiveDate;

use super::experiment::EffectRole;

/// Who was kept out, and by whose lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlKind {
    /// The play's own control, drawn by this job among those next for it.
    OwnControl,
    /// The standing hold-out of the whole program.
    ProgramHoldout,
    /// A control drawn elsewhere and told by `treatments`.
    OutsideControl,
}

impl ControlKind {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::OwnControl => "own_control",
            Self::ProgramHoldout => "program_holdout",
            Self::OutsideControl => "outside_control",
        }
    }
}

/// What is said of a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectVerdict {
    /// The difference is surely the right way.
    Worked,
    /// It is surely the wrong way.
    Harmed,
    /// It surely lies within what is not worth having.
    NoDifferenceSeen,
    /// The day of the verdict came, and it may be either.
    Undecided,
    /// The day has not come.
    TooEarly,
    /// It will not come at this size.
    TooSmall,
    /// Not those are counted who were drawn.
    Uneven,
    /// Nobody was kept out.
    NoControl,
    /// What the play is for is not seen of treated and untreated alike.
    NoOutcome,
    /// It worked, and wears off within the window.
    Fading,
}

impl EffectVerdict {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Worked,
        Self::Harmed,
        Self::NoDifferenceSeen,
        Self::Undecided,
        Self::TooEarly,
        Self::TooSmall,
        Self::Uneven,
        Self::NoControl,
        Self::NoOutcome,
        Self::Fading,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::Harmed => "harmed",
            Self::NoDifferenceSeen => "no_difference_seen",
            Self::Undecided => "undecided",
            Self::TooEarly => "too_early",
            Self::TooSmall => "too_small",
            Self::Uneven => "uneven",
            Self::NoControl => "no_control",
            Self::NoOutcome => "no_outcome",
            Self::Fading => "fading",
        }
    }

    /// The verdict of a word; `None` = none.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.slug() == word)
    }

    /// Whether the day of the verdict has been.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Worked | Self::Harmed | Self::NoDifferenceSeen | Self::Undecided | Self::Fading)
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingKey {
    /// The play, or [`PROGRAM`](super::PROGRAM).
    pub play: String,
    /// `S01`, …, `ALL`, or `NONE`.
    pub segment: String,
    /// Whom it is compared with.
    pub control: ControlKind,
    /// What is counted.
    pub metric: String,
}

/// What the night before said, as far as tonight goes on from it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastFinding {
    /// Its verdict.
    pub verdict: EffectVerdict,
    /// Since when.
    pub since: Option<NaiveDate>,
    /// Customers of both arms that the plan asks for.
    pub planned: Option<u64>,
    /// The day of the verdict, where it has come.
    pub verdict_on: Option<NaiveDate>,
    /// The cap on money.
    pub cap: Option<f64>,
}

/// Numbers of the two arms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArmPair<T> {
    /// Treated.
    pub treated: T,
    /// Kept out.
    pub control: T,
}

/// A play in a group, by one metric, against one control. Figures are `None` where fewer than `min_cell` customers or
/// 30 outcomes of an arm stand behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectFinding {
    /// What it is about.
    pub key: FindingKey,
    /// What the metric is for the play.
    pub role: EffectRole,
    /// Days of the window.
    pub window_days: i32,
    /// Customers drawn, in fives.
    pub assigned: ArmPair<u64>,
    /// Those of them whose window is over, in fives.
    pub matured: ArmPair<u64>,
    /// Share of the treated who were reached, 0–1.
    pub reached_share: Option<f64>,
    /// Share of those kept out who got the play all the same, 0–1.
    pub crossover_share: Option<f64>,
    /// Means of the arms, in the unit of the metric.
    pub mean: Option<ArmPair<f64>>,
    /// Treated minus control.
    pub effect: Option<f64>,
    /// Its standard error.
    pub effect_se: Option<f64>,
    /// The interval of the day of the verdict, at 95.5 %.
    pub interval: Option<(f64, f64)>,
    /// The interval that may be looked at on any night, at 99.5 %.
    pub any_night: Option<(f64, f64)>,
    /// The effect relative to the control, and its 95 % interval.
    pub relative: Option<(f64, f64, f64)>,
    /// The effect with what was known before the lot, its standard error, and the share of variance that is gone.
    pub adjusted: Option<(f64, f64, f64)>,
    /// The effect on those reached, and its standard error.
    pub reached: Option<(f64, f64)>,
    /// p-value of no difference.
    pub p: Option<f64>,
    /// p-value that holds on any night.
    pub p_any: Option<f64>,
    /// p-value over all primary metrics of the night, or over the guardrails of the play.
    pub p_adjusted: Option<f64>,
    /// The effect among its like, its standard deviation, and the probability that it is above 0.
    pub shrunk: Option<(f64, f64, f64)>,
    /// Smallest change that is worth having, in the unit of the metric.
    pub worth: Option<f64>,
    /// Most that one customer counts in money.
    pub cap: Option<f64>,
    /// p-value of the sample ratio.
    pub srm_p: Option<f64>,
    /// Smallest relative change that those drawn so far show, power 80 %.
    pub detectable: Option<f64>,
    /// Customers of both arms that the plan asks for.
    pub planned: Option<u64>,
    /// The day of the verdict; `None` = no day can be named.
    pub verdict_on: Option<NaiveDate>,
    /// What it comes to.
    pub verdict: EffectVerdict,
    /// Since when.
    pub verdict_since: NaiveDate,
    /// The same in a sentence or two.
    pub say: String,
}
