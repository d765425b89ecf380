//! Outcomes for customers of whom nothing, or nothing decisive, is known.

use super::super::scored::{Assignment, CustomerNeeds, NeedState, UnassignedReason};
use crate::catalogue::NeedTier;

/// No decision, for this reason.
pub(super) fn nobody(unassigned: Option<UnassignedReason>) -> Assignment {
    Assignment {
        segment: None,
        probability: None,
        runner_up: None,
        runner_up_probability: None,
        raw: None,
        unassigned,
        reasons: [None; 3],
        reason_against: None,
    }
}

/// Neither an answer nor a signal.
pub(super) fn no_evidence() -> Assignment {
    nobody(Some(UnassignedReason::NoEvidence))
}

/// Needs of a customer without a score.
pub(super) fn unassessed() -> CustomerNeeds {
    CustomerNeeds {
        tier: None,
        state: NeedState::Undetermined,
        runner_up: None,
        fulfilment: [None; NeedTier::COUNT],
        levels: [None; 4],
    }
}
