//! What a published regularity claims, and when a figure bears it out.

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Share, 0–1.
    Share,
    /// Difference of two shares, −1..1.
    Difference,
    /// So many times.
    Multiple,
    /// Difference of two Net Promoter Scores, −200..200.
    Points,
    /// Project currency.
    Money,
}

impl Unit {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Difference => "difference",
            Self::Multiple => "multiple",
            Self::Points => "points",
            Self::Money => "money",
        }
    }
}

/// Where a figure must lie for a regularity to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Claim {
    /// At this or beyond.
    AtLeast(f64),
    /// Beyond this.
    Above(f64),
    /// From the one to the other.
    Between(f64, f64),
}

/// Whether a published regularity holds here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegularityVerdict {
    /// The whole 95 % interval is where it was published.
    Holds,
    /// The whole interval is elsewhere.
    DoesNot,
    /// The interval lies on both sides, or none can be given.
    Undecided,
    /// Too few customers.
    TooFew,
    /// What it takes was not asked, or is not recorded.
    NotAsked,
}

impl RegularityVerdict {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::DoesNot => "does_not",
            Self::Undecided => "undecided",
            Self::TooFew => "too_few",
            Self::NotAsked => "not_asked",
        }
    }
}

impl Claim {
    /// Whether an interval lies wholly on the side of the claim, or wholly off it.
    ///
    /// METHOD: a figure that merely leans to the published side decides nothing; a whole 95 % interval does. Source:
    /// our judgment.
    #[must_use]
    pub fn judge(self, low: f64, high: f64) -> RegularityVerdict {
        let (holds, fails) = match self {
            Self::AtLeast(from) => (low >= from, high < from),
            Self::Above(from) => (low > from, high <= from),
            Self::Between(from, to) => (low >= from && high <= to, high < from || low > to),
        };
        match (holds, fails) {
            (true, _) => RegularityVerdict::Holds,
            (_, true) => RegularityVerdict::DoesNot,
            _ => RegularityVerdict::Undecided,
        }
    }
}
