//! What the rules say of one customer.

use super::open_matter::OpenCounts;
use valueseg_catalogue::ElementId;

/// How far a customer came on the way to an emotional connection (`docs/domain.md#connection-stages`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionStage {
    /// Not satisfied highly, or only as a purchase.
    NotConnected,
    /// Highly satisfied, and no more.
    HighlySatisfied,
    /// Highly satisfied, and the company is seen as different from others.
    Differentiated,
    /// Highly satisfied, and helped with motivators that matter.
    FullyConnected,
}

impl ConnectionStage {
    /// All stages, lowest first.
    pub const ALL: [Self; 4] = [Self::NotConnected, Self::HighlySatisfied, Self::Differentiated, Self::FullyConnected];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::HighlySatisfied => "highly_satisfied",
            Self::Differentiated => "differentiated",
            Self::FullyConnected => "fully_connected",
        }
    }
}

/// How much the company has come to mean to the customer (`docs/domain.md#the-relationship-arc`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArcStage {
    /// Nothing is known of any dealings.
    Unknown,
    /// Knows that it exists, tried it.
    Exists,
    /// Has an opinion.
    Opinion,
    /// Sees a meaning in it.
    Meaning,
    /// It is a part of life.
    PartOfLife,
    /// Indispensable, and forgiven.
    Indispensable,
}

impl ArcStage {
    /// All stages, lowest first; the place of a stage is its number in files.
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Exists, Self::Opinion, Self::Meaning, Self::PartOfLife, Self::Indispensable];

    /// 0–5, as in files.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The stage of a number; `None` above 5.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Exists => "exists",
            Self::Opinion => "opinion",
            Self::Meaning => "meaning",
            Self::PartOfLife => "part_of_life",
            Self::Indispensable => "indispensable",
        }
    }

    /// The name people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        if self == Self::PartOfLife { "part of life" } else { self.slug() }
    }

    /// What is said of a customer at this stage.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Unknown => "no dealings known",
            Self::Exists => "knows it exists",
            Self::Opinion => "has an opinion",
            Self::Meaning => "sees a meaning in it",
            Self::PartOfLife | Self::Indispensable => self.name(),
        }
    }
}

/// A fact that an arc stage rests on. Files name them by their words, joined by `+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArcFact {
    /// There was an order, a contact or a text.
    Dealings,
    /// Satisfaction, another attitude or a rating was given.
    GaveOpinion,
    /// Orders more than once.
    Reordered,
    /// A motivator is helped with, or the company is seen as different.
    MeansSomething,
    /// Liked better than the best alternative.
    Preferred,
    /// Orders again and again at full price.
    BuysAtFullPrice,
    /// Speaks for the company to others.
    Advocates,
    /// Buys in several categories.
    Breadth,
    /// A part of who the person is.
    DefinesMe,
    /// Orders in a steady rhythm.
    Habit,
    /// Could hardly be replaced.
    Irreplaceable,
    /// Would get a second chance.
    WouldForgive,
    /// Went on as before after a grave failure.
    Forgave,
    /// One stage less for a grave complaint that is open.
    OpenGraveComplaint,
    /// The stage of earlier nights, held for a minimum time.
    Held,
}

impl ArcFact {
    /// All facts, in the order files name them.
    pub const ALL: [Self; 15] = [
        Self::Dealings,
        Self::GaveOpinion,
        Self::Reordered,
        Self::MeansSomething,
        Self::Preferred,
        Self::BuysAtFullPrice,
        Self::Advocates,
        Self::Breadth,
        Self::DefinesMe,
        Self::Habit,
        Self::Irreplaceable,
        Self::WouldForgive,
        Self::Forgave,
        Self::OpenGraveComplaint,
        Self::Held,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Dealings => "dealings",
            Self::GaveOpinion => "gave_opinion",
            Self::Reordered => "reordered",
            Self::MeansSomething => "means_something",
            Self::Preferred => "preferred",
            Self::BuysAtFullPrice => "buys_at_full_price",
            Self::Advocates => "advocates",
            Self::Breadth => "breadth",
            Self::DefinesMe => "defines_me",
            Self::Habit => "habit",
            Self::Irreplaceable => "irreplaceable",
            Self::WouldForgive => "would_forgive",
            Self::Forgave => "forgave",
            Self::OpenGraveComplaint => "open_grave_complaint",
            Self::Held => "held",
        }
    }
}

/// A set of [`ArcFact`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArcEvidence(u16);

impl ArcEvidence {
    /// Adds a fact.
    pub fn add(&mut self, fact: ArcFact) {
        self.0 |= 1 << fact as u16;
    }

    /// Whether a fact is among them.
    #[must_use]
    pub fn has(self, fact: ArcFact) -> bool {
        self.0 >> fact as u16 & 1 == 1
    }

    /// The words of the facts joined by `+`; empty = nothing is known.
    #[must_use]
    pub fn words(self) -> String {
        let words: Vec<&str> = ArcFact::ALL.into_iter().filter(|fact| self.has(*fact)).map(ArcFact::slug).collect();
        words.join("+")
    }
}

/// What a stage rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceBasis {
    /// Answers alone.
    Survey,
    /// What was done alone.
    Behavior,
    /// Both.
    Both,
}

impl EvidenceBasis {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Behavior => "behavior",
            Self::Both => "both",
        }
    }
}

/// Where a customer stands on the relationship arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArcReading {
    /// Stage of the night.
    pub stage: ArcStage,
    /// What tonight's evidence alone says, before the minimum dwell.
    pub raw: ArcStage,
    /// Facts behind it.
    pub evidence: ArcEvidence,
    /// Kind of tonight's evidence; `None` where it says [`ArcStage::Unknown`].
    pub basis: Option<EvidenceBasis>,
    /// First night of the present unbroken stay, days since 1970.
    pub since: i32,
    /// Stage on the night before; `None` = there is no such night, or the customer was not in it.
    pub before: Option<ArcStage>,
}

/// What keeps a customer (Dick and Basu 1994; `docs/domain.md#loyalty-types`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoyaltyType {
    /// Likes it better and comes back, not for rewards.
    True,
    /// Likes it better, comes seldom: something is in the way.
    Latent,
    /// Comes back without liking it better, or for the rewards: habit, lock-in, or bought.
    Spurious,
    /// Neither.
    None,
    /// Nobody asked: only what was done is known.
    BehavioralOnly,
}

impl LoyaltyType {
    /// All types.
    pub const ALL: [Self; 5] = [Self::True, Self::Latent, Self::Spurious, Self::None, Self::BehavioralOnly];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::Latent => "latent",
            Self::Spurious => "spurious",
            Self::None => "none",
            Self::BehavioralOnly => "behavioral_only",
        }
    }
}

/// How much rewards have to do with buying.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RewardDependence {
    /// Share of spend made with a reward, 0–1; `None` = no spend, or rewards are not recorded.
    pub share: Option<f32>,
    /// Orders a week in weeks of rewards over orders a week in others; `None` = too few weeks of either, or too few orders.
    pub week_ratio: Option<f32>,
}

/// Good against bad experiences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExperienceBalance {
    /// Good experiences, each counted by how recent it is.
    pub good: f32,
    /// Bad ones that were left unresolved, by severity and recency, before the ratio.
    pub bad_open: f32,
    /// Bad ones that were resolved, likewise.
    pub bad_resolved: f32,
}

/// Three kinds of consistency, each 0–1; `None` = too little is known of this customer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consistency {
    /// The same good standard at every step.
    pub journey: Option<f32>,
    /// A good feeling that lasts.
    pub emotional: Option<f32>,
    /// Promises kept.
    pub communication: Option<f32>,
}

impl Consistency {
    /// The least of those known: one broken promise is not averaged away. `None` = none is known.
    #[must_use]
    pub fn composite(self) -> Option<f32> {
        [self.journey, self.emotional, self.communication].into_iter().flatten().reduce(f32::min)
    }
}

/// How close a relationship suits the customer (`docs/domain.md#closeness`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationshipLevel {
    /// 0: nothing but service and what the law asks for.
    LeaveAlone,
    /// 1: rare, useful only.
    Wave,
    /// 2: around the customer's own rhythm.
    Guest,
    /// 3: regular, both ways.
    Friend,
    /// 4: a part in making things.
    InnerCircle,
    /// X: people decided to end it kindly; no machine decides this.
    CloseKindly,
}

impl RelationshipLevel {
    /// All levels.
    pub const ALL: [Self; 6] =
        [Self::LeaveAlone, Self::Wave, Self::Guest, Self::Friend, Self::InnerCircle, Self::CloseKindly];

    /// `0`–`4` and `X`, as in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::LeaveAlone => "0",
            Self::Wave => "1",
            Self::Guest => "2",
            Self::Friend => "3",
            Self::InnerCircle => "4",
            Self::CloseKindly => "X",
        }
    }

    /// What it is called; the word of the input column `relationship_wish`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LeaveAlone => "leave_alone",
            Self::Wave => "wave",
            Self::Guest => "guest",
            Self::Friend => "friend",
            Self::InnerCircle => "inner_circle",
            Self::CloseKindly => "close_kindly",
        }
    }
}

/// Why the level is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelReason {
    /// What the evidence supports.
    Evidence,
    /// The customer asked for no more.
    Wish,
    /// Not scored: objection, no consent, under age, deceased.
    NotScored,
    /// A case, a grave complaint or a return is open.
    OpenMatter,
    /// Known to be vulnerable: only people decide.
    Vulnerable,
    /// Has been addressed often enough of late.
    Fatigue,
    /// Nothing new was heard or seen for a year.
    Stale,
    /// People decided.
    Decided,
}

impl LevelReason {
    /// All reasons.
    pub const ALL: [Self; 8] = [
        Self::Evidence,
        Self::Wish,
        Self::NotScored,
        Self::OpenMatter,
        Self::Vulnerable,
        Self::Fatigue,
        Self::Stale,
        Self::Decided,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Wish => "wish",
            Self::NotScored => "not_scored",
            Self::OpenMatter => "open_matter",
            Self::Vulnerable => "vulnerable",
            Self::Fatigue => "fatigue",
            Self::Stale => "stale",
            Self::Decided => "decided",
        }
    }
}

/// The element to deliver next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextNeed {
    /// The element.
    pub element: ElementId,
    /// Importance minus fulfillment, both as differences from the base in standard deviations.
    pub gap: f32,
    /// Chance that it is the one to deliver next, 0–1.
    pub probability: f32,
}

/// What is known of the element to deliver next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NextNeeds {
    /// The element, where one is likely enough to be told.
    pub told: Option<NextNeed>,
    /// The two likeliest elements, likelier first, where none is likely enough; `None` = no element is possible.
    pub candidates: [Option<NextNeed>; 2],
}

/// Everything the rules say of one customer on one night.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relationship {
    /// Stage of the way to a connection; `None` = was not asked enough to tell.
    pub connection: Option<ConnectionStage>,
    /// Connected by the motivators, but not satisfied: counted as not connected, and a reason to doubt the data.
    pub contradictory: bool,
    /// Place on the arc.
    pub arc: ArcReading,
    /// What keeps the customer; `None` = no orders are known of anybody.
    pub loyalty: Option<LoyaltyType>,
    /// What rewards have to do with it.
    pub reward: RewardDependence,
    /// Good against bad experiences; `None` = no experience is known.
    pub balance: Option<ExperienceBalance>,
    /// Consistency.
    pub consistency: Consistency,
    /// The level that suits.
    pub level: RelationshipLevel,
    /// What the level was chosen by.
    pub level_reason: LevelReason,
    /// What to deliver next.
    pub next: NextNeeds,
    /// Something is in disorder: an open complaint, a broken promise or more bad than good.
    pub trouble: bool,
    /// What is open; nothing of whoever is suppressed.
    pub open: OpenCounts,
}

impl Relationship {
    /// Whether nothing is sent to the customer, whatever they agreed to: the level is to leave alone or to close kindly, or a
    /// matter is open.
    #[must_use]
    pub fn silent(&self) -> bool {
        matches!(self.level, RelationshipLevel::LeaveAlone | RelationshipLevel::CloseKindly) || self.open.any()
    }
}
