//! How easily somebody was served: events of service beside what they are to the relationship.

use super::history::{Promise, Word};
use valueseg_catalogue::ElementId;

/// What an event was to how easily somebody was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceKind {
    /// A request was refused.
    Refused,
    /// The customer looked for help alone.
    SelfService,
    /// The customer was handed on.
    Transferred,
    /// The customer searched and found nothing.
    SearchedInVain,
    /// Anything else that belongs to a case, or that somebody answered.
    Contact,
}

/// One event of service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceEvent {
    /// When.
    pub at: i64,
    /// What it was.
    pub kind: ServiceKind,
    /// It was a complaint.
    pub complaint: bool,
    /// The case it belongs to, as a hash of its id; `None` = no case.
    pub case: Option<u64>,
    /// When it was resolved; `None` = open, or nothing to resolve.
    pub resolved: Option<i64>,
    /// Who served them, as a hash; `None` = not said. Never shown.
    pub agent: Option<u64>,
    /// The team that served them; `None` = not said.
    pub team: Option<Word>,
    /// What was searched for; `None` = not said.
    pub sought: Option<Word>,
    /// The answer promised; `None` = none was.
    pub promise: Option<Promise>,
    /// The element of value that was promised; `None` = not said.
    pub element: Option<ElementId>,
}

/// Something a customer wrote in public.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublicPost {
    /// When.
    pub at: i64,
    /// When the company answered; `None` = it did not, or answers are not recorded.
    pub answered: Option<i64>,
    /// How good it feels, 0–1; `None` = not known.
    pub feeling: Option<f32>,
}
