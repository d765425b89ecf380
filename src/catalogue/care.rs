//! What is open with a customer, what went well, what makes being served hard, and what whoever serves may decide alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NeedTier;

/// A kind of matter that is open between a customer and the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// A complaint that nobody has resolved.
    Complaint,
    /// A promise that was due and is not done.
    Promise,
    /// Something that came back, or money given back, of late.
    Return,
    /// A case that is flagged as open, of which no contact tells more.
    Case,
}

impl MatterKind {
    /// All kinds, gravest first.
    pub const ALL: [Self; 4] = [Self::Complaint, Self::Promise, Self::Return, Self::Case];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Promise => "promise",
            Self::Return => "return",
            Self::Case => "case",
        }
    }

    /// As part of a sentence, of one and of several.
    #[must_use]
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Self::Complaint => ["an open complaint", "open complaints"],
            Self::Promise => ["a promise that is overdue", "promises that are overdue"],
            Self::Return => ["a return under way", "returns under way"],
            Self::Case => ["an open case", "open cases"],
        }
    }
}

/// A kind of thing that went well and that a customer came back after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryKind {
    /// What was promised was kept, and the customer bought again.
    PromiseKept,
    /// A complaint was solved, and the customer bought or praised again.
    WonBack,
}

impl StoryKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::PromiseKept, Self::WonBack];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::PromiseKept => "promise_kept",
            Self::WonBack => "won_back",
        }
    }
}

/// What makes being served hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EaseTopic {
    /// Requests are refused.
    Refusals,
    /// Help sought alone does not help.
    SelfService,
    /// One contact does not settle it.
    FirstContact,
    /// Customers are handed on.
    Handovers,
    /// What is said in public stays unanswered.
    PublicVoice,
    /// Searches find nothing, and nothing is bought.
    Searches,
    /// Customers say that it was not easy to get what they came for.
    Effort,
    /// Every further contact is with somebody else.
    SamePerson,
    /// Those whose complaint was solved stay away.
    Recovery,
    /// The last experience is a bad one.
    Endings,
    /// Those who were promised an element feel less of it than the others.
    FollowThrough,
}

impl EaseTopic {
    /// All topics.
    pub const ALL: [Self; 11] = [
        Self::Refusals,
        Self::SelfService,
        Self::FirstContact,
        Self::Handovers,
        Self::PublicVoice,
        Self::Searches,
        Self::Effort,
        Self::SamePerson,
        Self::Recovery,
        Self::Endings,
        Self::FollowThrough,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Refusals => "refusals",
            Self::SelfService => "self_service",
            Self::FirstContact => "first_contact",
            Self::Handovers => "handovers",
            Self::PublicVoice => "public_voice",
            Self::Searches => "searches",
            Self::Effort => "effort",
            Self::SamePerson => "same_person",
            Self::Recovery => "recovery",
            Self::Endings => "endings",
            Self::FollowThrough => "follow_through",
        }
    }
}

/// In which situation a [`Latitude`] applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LatitudeScope {
    /// Whoever is served.
    Everyone,
    /// Where a matter is open.
    OpenMatter,
    /// Where a need tier sets the tone.
    Need(NeedTier),
}

impl LatitudeScope {
    /// The word used in files: `everyone`, `open_matter` or a tier.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::OpenMatter => "open_matter",
            Self::Need(tier) => tier.slug(),
        }
    }

    /// The situation of exactly this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "everyone" => Some(Self::Everyone),
            "open_matter" => Some(Self::OpenMatter),
            tier => NeedTier::parse(tier).map(Self::Need),
        }
    }
}

/// What whoever serves a customer may decide alone, and the question they put first. A company sets its own limits in a
/// catalogue folder of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latitude {
    pub(super) id: String,
    pub(super) scope: LatitudeScope,
    pub(super) decides: String,
    pub(super) asks_first: String,
}

impl Latitude {
    /// Its id, unique in the catalogue.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// In which situation it applies.
    #[must_use]
    pub fn scope(&self) -> LatitudeScope {
        self.scope
    }

    /// What may be decided alone, one sentence.
    #[must_use]
    pub fn decides(&self) -> &str {
        &self.decides
    }

    /// The question put before it is decided.
    #[must_use]
    pub fn asks_first(&self) -> &str {
        &self.asks_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_their_serialized_form_and_are_found_again() {
        for kind in MatterKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
        }
        for kind in StoryKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
        }
        let scopes = NeedTier::ALL.map(LatitudeScope::Need);
        for scope in scopes.into_iter().chain([LatitudeScope::Everyone, LatitudeScope::OpenMatter]) {
            assert_eq!(LatitudeScope::parse(scope.slug()), Some(scope));
        }
        assert_eq!(LatitudeScope::parse("anybody"), None);
    }
}
