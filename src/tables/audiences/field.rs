//! The closed list of what of a customer may stand in a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of a customer may stand in a file. Not among them, so in no file: scores, need tiers, value, the hold-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The id of the customer.
    CustomerId,
    /// The e-mail address in its one form.
    Email,
    /// The phone number as `+` and digits.
    Phone,
    /// The country as two letters.
    Country,
    /// The segment; of nobody's segment, nothing.
    SegmentId,
    /// The segment in the words of `label`, such as `VS-S01`.
    SegmentLabel,
    /// First night in the segment.
    AssignedSince,
    /// Segment before.
    PreviousSegmentId,
    /// Closeness that suits, `1` to `4`.
    RelationshipLevel,
    /// Stage of the relationship.
    ArcStage,
    /// Element to deliver next.
    NextElement,
    /// Play that the customer is next for.
    PlayId,
    /// Channel of the plan line.
    Channel,
    /// `in`: the customer is on the list.
    Status,
}

impl Field {
    /// What a Frictionless schema calls what it holds.
    #[must_use]
    pub fn schema_type(self) -> &'static str {
        match self {
            Self::AssignedSince => "date",
            Self::ArcStage => "integer",
            _ => "string",
        }
    }
}
