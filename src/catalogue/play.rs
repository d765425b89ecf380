//! Plays: what can be done for a group, about what, through which channels, and how to tell whether it worked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Capability, EaseTopic, ElementId, MatterKind, NeedTier, StoryKind};

/// When a play applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlayKind {
    /// The element is wanted and delivered: speak about it.
    Lead,
    /// The element is wanted and not delivered: mend it, in the product or the service, before anybody speaks.
    Fix,
    /// The element is a given: keep its floor, do not advertise it.
    Hold,
    /// A need tier sets the tone and the service.
    Need,
    /// One step along the arc of the relationship.
    Arc,
    /// For everybody, above all those without a segment.
    Neutral,
    /// Something is open with these customers: settle it, before anything is sent.
    Recover,
    /// Motivators that are worth most and helped with least.
    Connect,
    /// Something went well, and the customer came back: thank.
    Thank,
    /// Who is not to be contacted, and why.
    Leave,
    /// Being served is surely harder than it should be: make it easier.
    Ease,
}

impl PlayKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Lead,
        Self::Fix,
        Self::Hold,
        Self::Need,
        Self::Arc,
        Self::Neutral,
        Self::Recover,
        Self::Connect,
        Self::Thank,
        Self::Leave,
        Self::Ease,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Fix => "fix",
            Self::Hold => "hold",
            Self::Need => "need",
            Self::Arc => "arc",
            Self::Neutral => "neutral",
            Self::Recover => "recover",
            Self::Connect => "connect",
            Self::Thank => "thank",
            Self::Leave => "leave",
            Self::Ease => "ease",
        }
    }

    /// Whether it says something to customers. What mends, keeps or leaves in peace is done, not said.
    #[must_use]
    pub fn speaks(self) -> bool {
        !matches!(self, Self::Fix | Self::Hold | Self::Leave | Self::Ease)
    }
}

/// What a play is about. Its kind decides which of these it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaySubject {
    /// An element: lead, fix and hold plays.
    Element(ElementId),
    /// A need tier: need plays.
    Need(NeedTier),
    /// From one stage of the arc to the next, `(0, 1)` to `(4, 5)`: arc plays.
    ArcStep(u8, u8),
    /// Everybody: neutral plays.
    Everyone,
    /// Matters of a kind that are open: recover plays.
    OpenMatter(MatterKind),
    /// Emotional motivators: connect plays.
    Motivators,
    /// Stories of a kind: thank plays.
    Story(StoryKind),
    /// Whoever is to be left alone: leave plays.
    LeftAlone,
    /// What makes being served hard: ease plays.
    Ease(EaseTopic),
}

impl PlaySubject {
    /// The five steps of the arc: unknown, exists, opinion, meaning, part of life, indispensable.
    pub const ARC_STEPS: [Self; 5] =
        [Self::ArcStep(0, 1), Self::ArcStep(1, 2), Self::ArcStep(2, 3), Self::ArcStep(3, 4), Self::ArcStep(4, 5)];

    /// Subjects of recover plays.
    pub const OPEN_MATTERS: [Self; 4] = [
        Self::OpenMatter(MatterKind::Complaint),
        Self::OpenMatter(MatterKind::Promise),
        Self::OpenMatter(MatterKind::Return),
        Self::OpenMatter(MatterKind::Case),
    ];

    /// Subjects of thank plays.
    pub const STORIES: [Self; 2] = [Self::Story(StoryKind::PromiseKept), Self::Story(StoryKind::WonBack)];

    /// The word used in files: an element's slug, a tier's slug, `arc_1_2`, `everyone`, `open_complaint`, `motivators`,
    /// `won_back`, `left_alone`, or what makes being served hard.
    #[must_use]
    pub fn slug(self) -> String {
        match self {
            Self::Element(element) => element.slug().to_owned(),
            Self::Need(tier) => tier.slug().to_owned(),
            Self::ArcStep(from, to) => format!("arc_{from}_{to}"),
            Self::Everyone => "everyone".to_owned(),
            Self::OpenMatter(kind) => format!("open_{}", kind.slug()),
            Self::Motivators => "motivators".to_owned(),
            Self::Story(kind) => kind.slug().to_owned(),
            Self::LeftAlone => "left_alone".to_owned(),
            Self::Ease(topic) => topic.slug().to_owned(),
        }
    }
}

/// Where a play acts. The first five are addressed to a person and need that person's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlayChannel {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// Push message.
    Push,
    /// Call.
    Phone,
    /// Letter or parcel insert.
    Post,
    /// Inside the app.
    App,
    /// On the site.
    Web,
    /// In a store or branch.
    Store,
    /// In the way people are served.
    Service,
    /// In the product or offer itself.
    Product,
}

impl PlayChannel {
    /// All channels.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::Sms,
        Self::Push,
        Self::Phone,
        Self::Post,
        Self::App,
        Self::Web,
        Self::Store,
        Self::Service,
        Self::Product,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Phone => "phone",
            Self::Post => "post",
            Self::App => "app",
            Self::Web => "web",
            Self::Store => "store",
            Self::Service => "service",
            Self::Product => "product",
        }
    }

    /// What a company must have for the channel to be there; `None` = nothing but the means to reach a person.
    #[must_use]
    pub fn needs(self) -> Option<Capability> {
        match self {
            Self::Store => Some(Capability::Stores),
            Self::App => Some(Capability::App),
            Self::Web => Some(Capability::Web),
            Self::Email | Self::Sms | Self::Push | Self::Phone | Self::Post | Self::Service | Self::Product => None,
        }
    }

    /// Whether it reaches out to a person and so needs consent for that channel.
    #[must_use]
    pub fn needs_consent(self) -> bool {
        matches!(self, Self::Email | Self::Sms | Self::Push | Self::Phone | Self::Post)
    }
}

/// How much work it is until a play runs. Our judgment, play by play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// One person, a day at most.
    Hours,
    /// A few people, two weeks at most.
    Days,
    /// A project: more than two weeks.
    Weeks,
}

impl Effort {
    /// All sizes.
    pub const ALL: [Self; 3] = [Self::Hours, Self::Days, Self::Weeks];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }
}

/// One recommended action. All texts but the opening are non-empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    pub(super) id: String,
    pub(super) kind: PlayKind,
    pub(super) subject: PlaySubject,
    pub(super) needs: Vec<Capability>,
    pub(super) action: String,
    pub(super) first_step: String,
    pub(super) opening: String,
    pub(super) effort: Effort,
    pub(super) channels: Vec<PlayChannel>,
    pub(super) message_angle: String,
    pub(super) proof_needed: String,
    pub(super) avoid: String,
    pub(super) metric: String,
    pub(super) owner: String,
    pub(super) window_days: u32,
    pub(super) priority: u32,
}

impl Play {
    /// Its id, unique in the catalogue.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it applies.
    #[must_use]
    pub fn kind(&self) -> PlayKind {
        self.kind
    }

    /// What it is about; agrees with [`Play::kind`].
    #[must_use]
    pub fn subject(&self) -> PlaySubject {
        self.subject
    }

    /// What a company must have for it, besides a channel; usually nothing.
    #[must_use]
    pub fn needs(&self) -> &[Capability] {
        &self.needs
    }

    /// The first thing to do about it on Monday, one sentence.
    #[must_use]
    pub fn first_step(&self) -> &str {
        &self.first_step
    }

    /// Subject or opening line to say to the customer; empty for plays that speak to nobody, those that mend or keep.
    #[must_use]
    pub fn opening(&self) -> &str {
        &self.opening
    }

    /// How much work it is until it runs.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// What to do, one sentence.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Where to do it, best first, without repeats; never empty.
    #[must_use]
    pub fn channels(&self) -> &[PlayChannel] {
        &self.channels
    }

    /// How to speak about it, if anything is said at all.
    #[must_use]
    pub fn message_angle(&self) -> &str {
        &self.message_angle
    }

    /// Fact that has to be true, and on file, before it may be said.
    #[must_use]
    pub fn proof_needed(&self) -> &str {
        &self.proof_needed
    }

    /// What not to do.
    #[must_use]
    pub fn avoid(&self) -> &str {
        &self.avoid
    }

    /// Id of the [`Metric`](super::Metric) it is judged by.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// Role that owns it.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Days to run before the result is read, 1–730.
    #[must_use]
    pub fn window_days(&self) -> u32 {
        self.window_days
    }

    /// Order among plays for the same thing: lower first.
    #[must_use]
    pub fn priority(&self) -> u32 {
        self.priority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_their_serialized_form() {
        for kind in PlayKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
        }
        for channel in PlayChannel::ALL {
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.slug());
        }
        for effort in Effort::ALL {
            assert_eq!(serde_json::to_value(effort).unwrap(), effort.slug());
        }
    }

    #[test]
    fn subjects_are_written_as_the_plan_files_say() {
        assert_eq!(PlaySubject::Element(ElementId::parse("informs").unwrap()).slug(), "informs");
        assert_eq!(PlaySubject::Need(NeedTier::Safety).slug(), "safety");
        assert_eq!(PlaySubject::ArcStep(1, 2).slug(), "arc_1_2");
        assert_eq!(PlaySubject::Everyone.slug(), "everyone");
        let open = PlaySubject::OPEN_MATTERS.map(PlaySubject::slug);
        assert_eq!(open, ["open_complaint", "open_promise", "open_return", "open_case"]);
        assert_eq!(PlaySubject::STORIES.map(PlaySubject::slug), ["promise_kept", "won_back"]);
        assert_eq!(PlaySubject::LeftAlone.slug(), "left_alone");
    }

    #[test]
    fn only_channels_that_reach_out_need_consent() {
        let reach_out: Vec<_> =
            PlayChannel::ALL.into_iter().filter(|c| c.needs_consent()).map(PlayChannel::slug).collect();
        assert_eq!(reach_out, ["email", "sms", "push", "phone", "post"]);
    }
}
