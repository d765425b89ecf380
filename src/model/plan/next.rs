//! Which line of the plan a customer is next for, and why: nobody gets a campaign whom anything speaks against.

use super::types::{LineScope, Plan, PlanLine, PlanSet};
use crate::rows::{CustomerFlags, LevelReason};
use crate::segment::profile::{CONSENT_CHANNELS, consented};
use valueseg_catalogue::{Catalogue, ElementId, MatterKind, PlayKind, PlaySubject, StoryKind};

/// What the plan asks of one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prospect {
    /// Index of the segment in the model; `None` = the neutral plan applies.
    pub segment: Option<u8>,
    /// Was not scored: nothing is computed.
    pub suppressed: bool,
    /// In the permanent random hold-out.
    pub held_out: bool,
    /// What kind of matter is open, the gravest; `None` = nothing is.
    pub open: Option<MatterKind>,
    /// Why nothing is sent, as the level of the relationship says; `None` = the level lets something be sent.
    pub silence: Option<LevelReason>,
    /// Rare contact suits, and there was one of late.
    pub rested: bool,
    /// Bit `i`: agreed to the `i`-th of [`CONSENT_CHANNELS`].
    pub channels: u8,
    /// Bit `k`: has lived through the `k`-th of [`StoryKind::ALL`] of late.
    pub stories: u8,
    /// The element to deliver next, where it is told.
    pub next_element: Option<ElementId>,
}

/// Widths of the fields of a packed prospect, in bits, and the value that stands for none.
const NO_SEGMENT: u32 = 0xff;
const NO_KIND: u32 = 0x7;
const NO_REASON: u32 = 0xf;
const NO_ELEMENT: u32 = 0x3f;

impl Prospect {
    /// Channels a customer agreed to, as [`Prospect::channels`].
    #[must_use]
    pub fn agreed(flags: &CustomerFlags) -> u8 {
        let agreed = CONSENT_CHANNELS.iter().enumerate().filter(|(_, channel)| consented(flags, **channel));
        agreed.fold(0, |bits, (place, _)| bits | 1 << place)
    }

    /// The prospect in 32 bits, to be kept until plans are made.
    #[must_use]
    pub fn packed(&self) -> u32 {
        let place = |reason: LevelReason| LevelReason::ALL.iter().position(|own| *own == reason).unwrap_or(0) as u32;
        let fields = [
            (self.segment.map_or(NO_SEGMENT, u32::from), 8),
            (u32::from(self.suppressed), 1),
            (u32::from(self.held_out), 1),
            (self.open.map_or(NO_KIND, |kind| kind as u32), 3),
            (self.silence.map_or(NO_REASON, place), 4),
            (u32::from(self.rested), 1),
            (u32::from(self.channels), 5),
            (u32::from(self.stories), 2),
            (self.next_element.map_or(NO_ELEMENT, |element| element.index() as u32), 6),
        ];
        fields.into_iter().fold((0, 0), |(bits, at), (value, width)| (bits | value << at, at + width)).0
    }

    /// The prospect of [`Prospect::packed`].
    #[must_use]
    pub fn unpacked(bits: u32) -> Self {
        let mut left = bits;
        let mut take = |width: u32| {
            let value = left & ((1 << width) - 1);
            left >>= width;
            value
        };
        let segment = Some(take(8)).filter(|place| *place != NO_SEGMENT).map(|place| place as u8);
        let (suppressed, held_out) = (take(1) == 1, take(1) == 1);
        let open = MatterKind::ALL.get(take(3) as usize).copied();
        let silence = LevelReason::ALL.get(take(4) as usize).copied();
        let (rested, channels, stories) = (take(1) == 1, take(5) as u8, take(2) as u8);
        let next_element = ElementId::all().nth(take(6) as usize);
        Self { segment, suppressed, held_out, open, silence, rested, channels, stories, next_element }
    }
}

/// Why a customer is next for a line, or for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NextReason {
    /// A campaign about the element to deliver to this customer next.
    OwnElement,
    /// Lived through what the line thanks for.
    Story,
    /// The first campaign of the plan by a channel this customer agreed to.
    First,
    /// Something is open: it is settled first, and nothing is sent.
    OpenMatter,
    /// Served as the plan says; it sends nothing to this customer.
    Served,
    /// In the hold-out: served like everybody, and sent nothing.
    HeldOut,
    /// Is next for a campaign and goes without, drawn by lot, so that it shows whether it works: served, and sent nothing.
    Control,
    /// Agreed to no channel: served as the plan says.
    NoConsent,
    /// Rare contact suits, and there was one of late: waits.
    Rested,
    /// Asked to be left alone.
    Wish,
    /// Has been addressed often enough of late.
    Fatigue,
    /// Only people decide.
    PeopleDecide,
    /// The plan has nothing for this customer.
    Nothing,
}

impl NextReason {
    /// All reasons.
    pub const ALL: [Self; 13] = [
        Self::OwnElement,
        Self::Story,
        Self::First,
        Self::OpenMatter,
        Self::Served,
        Self::HeldOut,
        Self::Control,
        Self::NoConsent,
        Self::Rested,
        Self::Wish,
        Self::Fatigue,
        Self::PeopleDecide,
        Self::Nothing,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::OwnElement => "own_element",
            Self::Story => "story",
            Self::First => "first",
            Self::OpenMatter => "open_matter",
            Self::Served => "served",
            Self::HeldOut => "held_out",
            Self::Control => "control",
            Self::NoConsent => "no_consent",
            Self::Rested => "rested",
            Self::Wish => "wish",
            Self::Fatigue => "fatigue",
            Self::PeopleDecide => "people_decide",
            Self::Nothing => "nothing",
        }
    }
}

/// What a customer is next for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextStep {
    /// Place of the play in [`NextPlays::plays`]; `None` = none.
    pub play: Option<u16>,
    /// Why; `None` = nothing is computed of this customer.
    pub reason: Option<NextReason>,
}

impl NextStep {
    /// Whether something is sent to the customer.
    #[must_use]
    pub fn is_campaign(&self) -> bool {
        matches!(self.reason, Some(NextReason::OwnElement | NextReason::Story | NextReason::First))
    }
}

/// A line, as far as it decides who is next for it.
struct NextLine {
    play: u16,
    kind: String,
    subject: String,
    scope: LineScope,
    /// Bit of the consent its channel takes; `None` = it takes none of its own.
    consent: Option<u8>,
    /// Share of those next for it who go without.
    control_share: f64,
}

/// Decides what each customer is next for.
pub struct NextPlays {
    plays: Vec<String>,
    /// Lines of each segment in the order of the model, the neutral plan's last.
    groups: Vec<Vec<NextLine>>,
    /// Play for each kind of open matter.
    recover: [u16; MatterKind::ALL.len()],
}

impl NextPlays {
    /// From the plans of a night.
    #[must_use]
    pub fn of(set: &PlanSet, catalogue: &Catalogue) -> Self {
        let mut this = Self { plays: Vec::new(), groups: Vec::new(), recover: [0; MatterKind::ALL.len()] };
        for kind in MatterKind::ALL {
            // Every kind has a play: the catalogue is checked.
            let plays = catalogue.plays_for(PlayKind::Recover, PlaySubject::OpenMatter(kind));
            this.recover[kind as usize] = this.place(plays.first().map_or("", |play| play.id()));
        }
        for plan in set.plans.iter().chain([&set.neutral]) {
            let lines = this.lines(plan);
            this.groups.push(lines);
        }
        this
    }

    /// Ids of the plays that a [`NextStep`] names by their place.
    #[must_use]
    pub fn plays(&self) -> &[String] {
        &self.plays
    }

    fn place(&mut self, play: &str) -> u16 {
        let known = self.plays.iter().position(|own| own == play);
        let place = known.unwrap_or_else(|| {
            self.plays.push(play.to_owned());
            self.plays.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    fn lines(&mut self, plan: &Plan) -> Vec<NextLine> {
        let consent = |line: &PlanLine| {
            let place = CONSENT_CHANNELS.iter().position(|channel| channel.slug() == line.channel)?;
            Some(1 << place)
        };
        let line = |line: &PlanLine| NextLine {
            play: self.place(&line.play_id),
            kind: line.kind.clone(),
            subject: line.subject.clone(),
            scope: line.scope,
            consent: consent(line),
            control_share: line.control_share.unwrap_or(0.0),
        };
        plan.lines.iter().map(line).collect()
    }

    /// What a customer is next for.
    ///
    /// What is open comes first, and is settled by whoever serves; then every reason to send nothing; then, of the campaigns by
    /// a channel the customer agreed to, the one about their own next element, else one that thanks for what they lived
    /// through, else the first of the plan; else how they are served.
    #[must_use]
    pub fn next(&self, prospect: &Prospect) -> NextStep {
        if prospect.suppressed {
            return NextStep::default();
        }
        let step = |play: Option<u16>, reason: NextReason| NextStep { play, reason: Some(reason) };
        if let Some(kind) = prospect.open {
            return step(Some(self.recover[kind as usize]), NextReason::OpenMatter);
        }
        let lines = self.group(prospect);
        let served = lines.iter().find(|line| line.serves()).map(|line| line.play);
        match prospect.silence {
            Some(LevelReason::OpenMatter) => return step(served, NextReason::OpenMatter),
            Some(LevelReason::Wish) => return step(None, NextReason::Wish),
            Some(LevelReason::Fatigue) => return step(None, NextReason::Fatigue),
            Some(_) => return step(None, NextReason::PeopleDecide),
            None => {}
        }
        if prospect.held_out {
            return step(served, NextReason::HeldOut);
        }
        if prospect.channels == 0 {
            return step(served, NextReason::NoConsent);
        }
        if prospect.rested {
            return step(served, NextReason::Rested);
        }
        let sent: Vec<&NextLine> = lines.iter().filter(|line| line.may_be_sent(prospect)).collect();
        let about_own = |line: &&&NextLine| prospect.next_element.is_some_and(|element| line.subject == element.slug());
        if let Some(line) = sent.iter().find(about_own) {
            return step(Some(line.play), NextReason::OwnElement);
        }
        if let Some(line) = sent.iter().find(|line| line.kind == PlayKind::Thank.slug()) {
            return step(Some(line.play), NextReason::Story);
        }
        match (sent.first(), served) {
            (Some(line), _) => step(Some(line.play), NextReason::First),
            (None, Some(play)) => step(Some(play), NextReason::Served),
            (None, None) => step(None, NextReason::Nothing),
        }
    }

    /// Share of those next for a play, as this customer is, who go without; 0 where nobody does.
    #[must_use]
    pub fn control_share(&self, prospect: &Prospect, play: u16) -> f64 {
        let sent = |line: &&NextLine| line.play == play && line.scope == LineScope::Campaign;
        self.group(prospect).iter().find(sent).map_or(0.0, |line| line.control_share)
    }

    /// What whoever goes without by lot is next for: how they are served.
    #[must_use]
    pub fn kept_out(&self, prospect: &Prospect) -> NextStep {
        let served = self.group(prospect).iter().find(|line| line.serves()).map(|line| line.play);
        NextStep { play: served, reason: Some(NextReason::Control) }
    }

    fn group(&self, prospect: &Prospect) -> &[NextLine] {
        let neutral = self.groups.len().saturating_sub(1);
        let place = prospect.segment.map_or(neutral, usize::from);
        self.groups.get(place).map_or(&[], Vec::as_slice)
    }
}

impl NextLine {
    /// How whoever comes is served, beside what is open and who is left in peace.
    fn serves(&self) -> bool {
        let apart = [PlayKind::Recover, PlayKind::Leave].map(PlayKind::slug);
        self.scope == LineScope::Service && !apart.contains(&self.kind.as_str())
    }

    /// A campaign by a channel the customer agreed to, for what they lived through if it thanks.
    fn may_be_sent(&self, prospect: &Prospect) -> bool {
        let agreed = self.consent.map_or(prospect.channels != 0, |bit| prospect.channels & bit != 0);
        let story = StoryKind::ALL.into_iter().position(|kind| kind.slug() == self.subject);
        let lived = self.kind != PlayKind::Thank.slug() || story.is_some_and(|k| prospect.stories >> k & 1 == 1);
        self.scope == LineScope::Campaign && agreed && lived
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::ServicePart;
    use super::super::{PlanSettings, plan};
    use super::*;
    use crate::segment::fixture::{catalogue, estimate, firm_maps, night, segment, served, wants};

    /// A segment with campaigns about time and effort, and one that is served by its need tier.
    fn plans() -> PlanSet {
        let mut s = segment("S01");
        for (slug, d, mean) in [("saves_time", 0.9, 7.8), ("reduces_effort", 0.7, 7.0), ("informs", 0.6, 7.9)] {
            wants(&mut s.profile, slug, d);
            served(&mut s.profile, slug, mean);
        }
        s.profile.needs[0].share = Some(estimate(0.5, 0.02));
        s.profile.needs[0].agreement = Some(firm_maps());
        plan(&night(vec![s]), catalogue(), &PlanSettings::default())
    }

    fn willing() -> Prospect {
        Prospect { segment: Some(0), channels: 0b11111, ..Prospect::default() }
    }

    fn next(prospect: Prospect) -> (Option<PlanLine>, Option<NextReason>) {
        let set = plans();
        let plays = NextPlays::of(&set, catalogue());
        let step = plays.next(&prospect);
        let id = step.play.map(|place| plays.plays()[usize::from(place)].clone());
        let line = set.all().flat_map(|plan| &plan.lines).find(|line| Some(&line.play_id) == id.as_ref());
        (line.cloned(), step.reason)
    }

    #[test]
    fn a_prospect_comes_back_as_it_was_packed() {
        let all = Prospect {
            segment: Some(11),
            suppressed: true,
            held_out: true,
            open: Some(MatterKind::Case),
            silence: Some(LevelReason::Decided),
            rested: true,
            channels: 0b10101,
            stories: 0b10,
            next_element: ElementId::all().last(),
        };
        for prospect in [all, Prospect::default(), willing(), Prospect { segment: Some(254), ..all }] {
            assert_eq!(Prospect::unpacked(prospect.packed()), prospect);
        }
    }

    #[test]
    fn the_own_element_goes_before_the_first_campaign() {
        let set = plans();
        let sent: Vec<&PlanLine> = set.plans[0].lines.iter().filter(|line| line.scope == LineScope::Campaign).collect();
        let (first, last) = (sent[0], sent[sent.len() - 1]);
        let (line, reason) = next(willing());
        assert_eq!((line.unwrap().play_id, reason), (first.play_id.clone(), Some(NextReason::First)));
        let about = sent.iter().find_map(|line| Some((ElementId::parse(&line.subject)?, line.play_id.clone())));
        let (element, play) = about.expect("one campaign is about an element");
        let (line, reason) = next(Prospect { next_element: Some(element), ..willing() });
        assert_eq!((line.unwrap().play_id, reason), (play, Some(NextReason::OwnElement)));
        assert!(sent.len() > 1 && first.play_id != last.play_id, "there is something to choose");
    }

    #[test]
    fn whoever_anything_speaks_against_has_no_campaign() {
        let sent = |prospect| next(prospect).0.is_some_and(|line| line.scope == LineScope::Campaign);
        assert!(sent(willing()));
        let mut against = vec![
            Prospect { suppressed: true, ..willing() },
            Prospect { held_out: true, ..willing() },
            Prospect { rested: true, ..willing() },
            Prospect { channels: 0, ..willing() },
        ];
        against.extend(MatterKind::ALL.map(|kind| Prospect { open: Some(kind), ..willing() }));
        against.extend(LevelReason::ALL.map(|reason| Prospect { silence: Some(reason), ..willing() }));
        for prospect in against {
            assert!(!sent(prospect), "{prospect:?}");
        }
        assert_eq!(next(Prospect { suppressed: true, ..willing() }).1, None, "nothing is computed");
    }

    #[test]
    fn what_is_open_is_settled_whatever_the_plan_of_the_group() {
        let plays = NextPlays::of(&plans(), catalogue());
        let step = plays.next(&Prospect { open: Some(MatterKind::Promise), segment: None, ..willing() });
        assert_eq!(plays.plays()[usize::from(step.play.unwrap())], "recover_promise");
    }

    #[test]
    fn a_channel_without_the_customers_consent_is_never_used_and_thanks_go_to_those_who_lived_it() {
        let mut set = plans();
        let like = set.plans[0].lines.iter().find(|line| line.scope == LineScope::Campaign).unwrap().clone();
        let line = |id: &str, kind: &str, subject: &str, channel: &str| PlanLine {
            play_id: id.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            channel: channel.to_owned(),
            ..like.clone()
        };
        set.plans[0].lines = vec![
            line("by_mail", "lead", "saves_time", "email"),
            line("thanks", "thank", "won_back", "post"),
            line("in_the_app", "arc", "arc_1_2", "app"),
        ];
        set.plans[0].service = Some(ServicePart::default());
        let plays = NextPlays::of(&set, catalogue());
        let told = |channels: u8, stories: u8| {
            let step = plays.next(&Prospect { channels, stories, ..willing() });
            step.play.map(|place| plays.plays()[usize::from(place)].clone()).unwrap_or_default()
        };
        assert_eq!(told(0b00001, 0), "by_mail");
        assert_eq!(told(0b00010, 0), "in_the_app", "agreed to text messages alone");
        assert_eq!(told(0b10001, 0b10), "thanks");
        assert_eq!(told(0b00001, 0b10), "by_mail", "thanks would go by post");
    }
}
