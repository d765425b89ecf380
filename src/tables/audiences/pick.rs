//! Who is on a list, and of everybody else meant the first reason why not.

use super::addresses::Addresses;
use super::candidate::Candidate;
use super::field::Field;
use super::makers::{iso2, would_run};
use super::shared::Shared;
use super::spec::Audience;
use crate::model::rows::SuppressedReason;

/// Countries in which the stricter consents of a template hold: the European Economic Area, the United Kingdom, Switzerland.
const STRICT: [&str; 32] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Closeness of those who are left alone, and of those whom people alone decide about.
const ALONE: [&str; 2] = ["0", "X"];

/// Why somebody who was meant is not on a list; the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Deceased.
    Deceased,
    /// Under age.
    Minor,
    /// Objects to marketing.
    Objection,
    /// Did not agree to be profiled.
    NoProfilingConsent,
    /// Known to be vulnerable.
    Vulnerable,
    /// A complaint or claim is open.
    OpenCase,
    /// Asked for it, has been addressed often enough, or people decide.
    LeftAlone,
    /// Another of the household is contacted.
    Household,
    /// Did not agree to what the list needs, or nothing is known of it.
    NoConsent,
    /// Somebody at the same address must not be contacted, or did not agree.
    AddressShared,
    /// In the permanent hold-out.
    HeldOut,
    /// Next for another play, or for none.
    OtherPlay,
    /// No address is known.
    NoIdentifier,
    /// What is known is no address, or no valid phone number.
    Unusable,
    /// A cell would be run by a spreadsheet.
    UnsafeCell,
    /// Another record of the same address is on it.
    Duplicate,
    /// Would be on it, and goes without the play by lot.
    Control,
    /// The whole list is too small for the tool.
    BelowFloor,
}

impl LeftOut {
    /// All of them, in order.
    pub const ALL: [Self; 18] = [
        Self::Deceased,
        Self::Minor,
        Self::Objection,
        Self::NoProfilingConsent,
        Self::Vulnerable,
        Self::OpenCase,
        Self::LeftAlone,
        Self::Household,
        Self::NoConsent,
        Self::AddressShared,
        Self::HeldOut,
        Self::OtherPlay,
        Self::NoIdentifier,
        Self::Unusable,
        Self::UnsafeCell,
        Self::Duplicate,
        Self::Control,
        Self::BelowFloor,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Deceased => "deceased",
            Self::Minor => "minor",
            Self::Objection => "objection",
            Self::NoProfilingConsent => "no_profiling_consent",
            Self::Vulnerable => "vulnerable",
            Self::OpenCase => "open_case",
            Self::LeftAlone => "left_alone",
            Self::Household => "household",
            Self::NoConsent => "no_consent",
            Self::AddressShared => "address_shared",
            Self::HeldOut => "holdout",
            Self::OtherPlay => "other_play",
            Self::NoIdentifier => "no_identifier",
            Self::Unusable => "unusable_address",
            Self::UnsafeCell => "unsafe_cell",
            Self::Duplicate => "duplicate",
            Self::Control => "control",
            Self::BelowFloor => "below_floor",
        }
    }

    /// The reason in words, after "so many".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Deceased => "are deceased",
            Self::Minor => "are under age",
            Self::Objection => "object to marketing",
            Self::NoProfilingConsent => "did not agree to be profiled",
            Self::Vulnerable => "are known to be vulnerable",
            Self::OpenCase => "have a complaint or claim open, which is settled first",
            Self::LeftAlone => "are to be left alone for now, or for good",
            Self::Household => "live with somebody who is contacted in their place",
            Self::NoConsent => "did not agree to this, or nothing is known of it: that means no",
            Self::AddressShared => "share an address with somebody who must not be contacted or did not agree",
            Self::HeldOut => "are in the permanent hold-out, so that it can be seen what plans do",
            Self::OtherPlay => "are next for another line of the plan, or for none",
            Self::NoIdentifier => "have no address that this list needs",
            Self::Unusable => "have an address that cannot be one, or a phone number that is not valid",
            Self::UnsafeCell => "have an id that a spreadsheet would run as a formula",
            Self::Duplicate => "are there a second time under the same address",
            Self::Control => "go without, drawn by lot, so that it can be seen what this does",
            Self::BelowFloor => "would be on it, but the whole list is too small for this tool",
        }
    }

    /// Why somebody left a list, as `audience_changes` says it.
    pub(super) fn change(self) -> &'static str {
        match self {
            Self::NoConsent | Self::NoProfilingConsent => "consent",
            Self::HeldOut => "holdout",
            Self::AddressShared | Self::NoIdentifier | Self::Unusable | Self::UnsafeCell | Self::Duplicate => "address",
            Self::OtherPlay => "left",
            Self::Control => "control",
            Self::BelowFloor => "floor",
            Self::Deceased
            | Self::Minor
            | Self::Objection
            | Self::Vulnerable
            | Self::OpenCase
            | Self::LeftAlone
            | Self::Household => "suppressed",
        }
    }
}

/// What becomes of a customer on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// Was not meant.
    NotMeant,
    /// Was meant, and is not on it.
    Out(LeftOut),
    /// Would be on it, and goes without the play by lot.
    KeptOut,
    /// Is on it, with these cells in the order of the columns; an empty cell is absent.
    In(Vec<String>),
}

/// Consents an audience asks for, as bits of those there are; `None` = one of them is in no source, so nobody agreed.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    bits: u32,
    missing: bool,
}

impl Asked {
    fn of(words: &[String], known: &[String]) -> Self {
        words.iter().fold(Self::default(), |asked, word| match known.iter().position(|own| own == word) {
            Some(at) => Self { bits: asked.bits | 1 << at, ..asked },
            None => Self { missing: true, ..asked },
        })
    }
}

/// Decides who is on a list.
pub(super) struct Picker<'a> {
    audience: &'a Audience,
    key: Vec<usize>,
    strict: Asked,
    elsewhere: Option<Asked>,
}

impl<'a> Picker<'a> {
    /// `consents`: those that the sources know.
    pub(super) fn new(audience: &'a Audience, consents: &[String]) -> Self {
        let rule = &audience.template.consent;
        let takes = ["email", "sms", "push", "phone", "post"].contains(&audience.channel.as_str());
        let of_channel = (rule.by_channel && takes).then(|| format!("consent_{}", audience.channel));
        let more = || audience.require.iter().cloned().chain(of_channel.clone());
        let asked = |words: &[String]| Asked::of(&words.iter().cloned().chain(more()).collect::<Vec<_>>(), consents);
        Self {
            audience,
            key: audience.key_places(),
            strict: asked(&rule.all),
            elsewhere: rule.otherwise.as_ref().map(|words| asked(words)),
        }
    }

    /// What becomes of a customer.
    pub(super) fn pick(&self, candidate: &Candidate, addresses: &Addresses, shared: Shared) -> Pick {
        if !self.means(candidate) {
            return Pick::NotMeant;
        }
        let left_out = Self::protected(candidate).or_else(|| self.not_agreed(candidate, shared));
        if let Some(reason) = left_out {
            return Pick::Out(reason);
        }
        let plays = &self.audience.who.plays;
        let among = |play: &Option<String>| play.as_ref().is_some_and(|play| plays.contains(play));
        let control = among(&candidate.night.kept_from);
        if !plays.is_empty() && !control && !among(&candidate.night.campaign) {
            return Pick::Out(LeftOut::OtherPlay);
        }
        // Last of all reasons: whoever goes without differs from those on the list by the lot alone.
        match self.cells(candidate, addresses, shared) {
            Pick::In(_) if control => Pick::KeptOut,
            pick => pick,
        }
    }

    /// Segment and closeness, which say who is meant.
    fn means(&self, candidate: &Candidate) -> bool {
        let (who, night) = (&self.audience.who, &candidate.night);
        let scored = night.suppressed.is_none();
        let segment = match &night.segment {
            Some(segment) => who.segments.is_empty() || who.segments.contains(segment),
            None => who.segments.is_empty() || (scored && who.segments.contains("NONE")),
        };
        let closeness = &who.relationship;
        segment && (closeness.is_empty() || night.level.as_ref().is_some_and(|level| closeness.contains(level)))
    }

    fn protected(candidate: &Candidate) -> Option<LeftOut> {
        let flags = &candidate.contact.flags;
        match crate::model::rows::suppression(flags) {
            Some(SuppressedReason::Deceased) => return Some(LeftOut::Deceased),
            Some(SuppressedReason::Minor) => return Some(LeftOut::Minor),
            Some(SuppressedReason::Objection) => return Some(LeftOut::Objection),
            Some(SuppressedReason::NoProfilingConsent) => return Some(LeftOut::NoProfilingConsent),
            None => {}
        }
        let alone = candidate.night.level.as_deref().is_none_or(|level| ALONE.contains(&level));
        let wished = flags.wish == Some(crate::model::rows::RelationshipLevel::LeaveAlone);
        [
            (flags.vulnerable, LeftOut::Vulnerable),
            (flags.open_case, LeftOut::OpenCase),
            (flags.close_kindly || wished || alone || candidate.night.suppressed.is_some(), LeftOut::LeftAlone),
            (flags.household_silent, LeftOut::Household),
        ]
        .into_iter()
        .find_map(|(holds, reason)| holds.then_some(reason))
    }

    fn not_agreed(&self, candidate: &Candidate, shared: Shared) -> Option<LeftOut> {
        let country = candidate.contact.country.as_deref().and_then(iso2);
        let outside = country.is_some_and(|country| !STRICT.contains(&country.as_str()));
        let asked = self.elsewhere.filter(|_| outside).unwrap_or(self.strict);
        if asked.missing || candidate.contact.agreed & asked.bits != asked.bits {
            Some(LeftOut::NoConsent)
        } else if candidate.night.held_out {
            Some(LeftOut::HeldOut)
        } else {
            shared.forbids(asked.bits).then_some(LeftOut::AddressShared)
        }
    }

    fn cells(&self, candidate: &Candidate, addresses: &Addresses, shared: Shared) -> Pick {
        let mut cells = Vec::with_capacity(self.audience.columns.len());
        // The id stands beside the cells in what is kept of the list.
        let mut unsafe_key = would_run(&candidate.contact.id);
        for (at, column) in self.audience.columns.iter().enumerate() {
            let made = self.value(column.from, candidate, addresses).and_then(|plain| {
                // The one form is made already.
                column.make.iter().try_fold(plain, |text, maker| maker.make(&text, None))
            });
            let cell = made.or_else(|| column.absent.clone()).unwrap_or_default();
            let runs = would_run(&cell);
            unsafe_key |= runs && self.key.contains(&at);
            if cell.is_empty() && !column.channels.is_empty() {
                return Pick::Out(Self::without(column.from, candidate, addresses));
            }
            cells.push(if runs { String::new() } else { cell });
        }
        if unsafe_key {
            return Pick::Out(LeftOut::UnsafeCell);
        }
        let key = self.key.iter().find(|at| !cells[**at].is_empty());
        let Some(key) = key.copied() else {
            let wanted = self.key.first().map_or(Field::CustomerId, |at| self.audience.columns[*at].from);
            return Pick::Out(Self::without(wanted, candidate, addresses));
        };
        // Whoever is known by their id alone is contacted through an address all the same.
        let contacted = self.audience.columns.iter().map(|column| column.from);
        let kinds = [Field::Email, Field::Phone];
        let by_key = kinds.iter().position(|kind| *kind == self.audience.columns[key].from);
        let first = by_key.or_else(|| kinds.iter().position(|kind| contacted.clone().any(|from| from == *kind)));
        let first =
            first.or_else(|| [addresses.email.is_some(), addresses.phone.is_some()].iter().position(|known| *known));
        if first.is_some_and(|kind| shared.second(kind)) {
            return Pick::Out(LeftOut::Duplicate);
        }
        Pick::In(cells)
    }

    /// Why there is no address of a kind.
    fn without(from: Field, candidate: &Candidate, addresses: &Addresses) -> LeftOut {
        let given = match from {
            Field::Email => candidate.contact.email.is_some(),
            Field::Phone => addresses.phone_given,
            _ => false,
        };
        if given { LeftOut::Unusable } else { LeftOut::NoIdentifier }
    }

    fn value(&self, field: Field, candidate: &Candidate, addresses: &Addresses) -> Option<String> {
        let (contact, night) = (&candidate.contact, &candidate.night);
        match field {
            Field::CustomerId => Some(contact.id.clone()),
            Field::Email => addresses.email.clone(),
            Field::Phone => addresses.phone.clone(),
            Field::Country => contact.country.as_deref().and_then(iso2),
            Field::SegmentId => night.segment.clone(),
            Field::SegmentLabel => {
                let group = night.segment.as_deref().unwrap_or("NONE");
                Some(self.audience.label.replace("{segment_id}", group))
            }
            Field::AssignedSince => night.since.map(super::members::day_text),
            Field::PreviousSegmentId => night.previous.clone(),
            Field::RelationshipLevel => night.level.clone(),
            Field::ArcStage => night.stage.map(|stage| stage.to_string()),
            Field::NextElement => night.next_element.clone(),
            Field::PlayId => night.campaign.clone(),
            Field::Channel => Some(self.audience.channel.clone()),
            Field::Status => Some("in".to_owned()),
        }
    }
}
