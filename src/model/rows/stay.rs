//! A customer's stay in a segment, and what the night before said of it.

use super::relationship::ArcStage;

/// A segment by its place in [`SegmentNames`].
pub type SegmentPlace = u16;

/// Ids of the segments of the model, in its order, then of all others ever used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentNames {
    ids: Vec<String>,
    own: usize,
}

impl SegmentNames {
    /// The segments `own` of the model, and others that earlier nights may name.
    #[must_use]
    pub fn new(own: &[String], others: impl IntoIterator<Item = String>) -> Self {
        let mut ids = own.to_vec();
        for id in others {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Self { ids, own: own.len() }
    }

    /// All ids; the place of one is what a [`SegmentPlace`] says.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Number of segments of the model; they come first.
    #[must_use]
    pub fn own(&self) -> usize {
        self.own
    }

    /// The place of an id; `None` = never heard of.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<SegmentPlace> {
        self.ids.iter().position(|own| own == id).and_then(|place| SegmentPlace::try_from(place).ok())
    }
}

/// What the night before said of a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastNight {
    /// Segment; `None` = none.
    pub segment: Option<SegmentPlace>,
    /// First night of the stay there, days since 1970; `None` = not known.
    pub since: Option<i32>,
    /// Segment before that; `None` = none.
    pub previous: Option<SegmentPlace>,
    /// Segment that led without being entered, and for how many nights.
    pub pending: Option<(SegmentPlace, u32)>,
    /// The customer was left out of scoring.
    pub suppressed: bool,
    /// Stage of the relationship arc; `None` = not told.
    pub arc: Option<ArcStage>,
    /// First night at that stage; `None` = not known.
    pub arc_since: Option<i32>,
    /// Something was in disorder.
    pub trouble: bool,
}

/// What happened to a customer between two nights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoveEvent {
    /// Came into a segment from none.
    Enter,
    /// Changed segment.
    Move,
    /// Left the segments.
    Exit,
    /// Another segment leads; the customer stays for now.
    Held,
}

impl MoveEvent {
    /// All events.
    pub const ALL: [Self; 4] = [Self::Enter, Self::Move, Self::Exit, Self::Held];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Move => "move",
            Self::Exit => "exit",
            Self::Held => "held",
        }
    }
}

/// What a move is put down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoveReason {
    /// The customer's own answers speak for it.
    Answers,
    /// Behavior does.
    Behavior,
    /// A new model took over.
    Model,
    /// Consent was given or taken back, or another reason not to score ended or came.
    Consent,
    /// Nothing is known of the customer any more, or the customer is absent tonight.
    Inactive,
    /// The inputs did not hold the customer before.
    New,
}

impl MoveReason {
    /// All reasons.
    pub const ALL: [Self; 6] = [Self::Answers, Self::Behavior, Self::Model, Self::Consent, Self::Inactive, Self::New];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Behavior => "behavior",
            Self::Model => "model",
            Self::Consent => "consent",
            Self::Inactive => "inactive",
            Self::New => "new",
        }
    }
}

/// A move, or a move held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What happened.
    pub event: MoveEvent,
    /// What it is put down to.
    pub reason: MoveReason,
    /// Segment of the night before; `None` = none.
    pub from: Option<SegmentPlace>,
    /// Segment of tonight; for [`MoveEvent::Held`] the one that leads. `None` = none.
    pub to: Option<SegmentPlace>,
}

/// A customer's stay in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stay {
    /// First night of the present unbroken stay, days since 1970; `None` = in no segment.
    pub since: Option<i32>,
    /// Segment before the last move; `None` = never moved.
    pub previous: Option<SegmentPlace>,
    /// Segment that leads without being entered, and for how many nights.
    pub pending: Option<(SegmentPlace, u32)>,
    /// What happened since the night before; `None` = nothing, or there was no such night.
    pub moved: Option<Moved>,
}
