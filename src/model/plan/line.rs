//! A line of a plan from a play and the evidence for it.

use serde_json::Value;

use valueseg_catalogue::{Better, Catalogue, Play, PlayChannel, PlayKind, PlaySubject};

use super::measure::{MetricReading, Subject, best_segment};
use super::settings::PlanSettings;
use super::triggers::PriceStance;
use super::types::{LineScope, PlanLine, TrialDesign};
use crate::segment::{ElementProfile, NeedProfile, Reach, SegmentNight, SegmentNights};

/// Numbers of people whom a line concerns, in steps of so many.
pub(super) const PEOPLE_STEP: f64 = 5.0;

/// Added to what a line avoids wherever price is known not to lead.
pub(super) const NO_DISCOUNT: &str = "No discount: price is not what leads in this group.";

/// What a line will say, before a play is chosen.
pub(super) struct Draft<'a> {
    pub(super) kind: PlayKind,
    pub(super) subject: PlaySubject,
    pub(super) element: Option<&'a ElementProfile>,
    pub(super) need: Option<&'a NeedProfile>,
    pub(super) because: String,
    pub(super) evidence: Value,
    /// Addressing single people would give away a delicate inference: act where nobody is addressed.
    pub(super) delicate: bool,
    /// Share of the group it is for, 0–1; `None` = all of it.
    pub(super) audience: Option<f64>,
}

impl Draft<'_> {
    /// Customers of the group whom it is for, in fives; all of it where they are too few to be told.
    fn people(&self, size: u64, min_cell: u64) -> u64 {
        let concerned = self.audience.map(|share| ((share * size as f64 / PEOPLE_STEP).round() * PEOPLE_STEP) as u64);
        concerned.filter(|concerned| *concerned >= min_cell).map_or(size, |concerned| concerned.min(size))
    }

    /// Those of so many whom it is for, rounded down.
    fn of_audience(&self, people: u64) -> u64 {
        self.audience.map_or(people, |share| (people as f64 * share.clamp(0.0, 1.0)) as u64)
    }
}

/// A line with what it takes to judge its test, which may need other groups.
#[derive(Clone, Debug)]
pub(super) struct DraftedLine {
    pub(super) line: PlanLine,
    pub(super) reading: MetricReading,
}

/// Turns drafts of one segment into lines.
#[derive(Clone, Copy)]
pub(super) struct Drafting<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a PlanSettings,
    pub(super) night: &'a SegmentNights,
    pub(super) segment: &'a SegmentNight,
    pub(super) price: PriceStance,
}

/// Why there is no line for a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoLine {
    /// The catalogue has no play for it.
    NoPlay,
    /// Every play for it is sent, and nobody may be sent anything.
    NobodyReached,
}

impl Drafting<'_> {
    /// The line for a draft, with `play` in place of the first one where given.
    pub(super) fn line(&self, draft: Draft, play: Option<&Play>) -> Result<DraftedLine, NoLine> {
        let plays = match play {
            Some(play) => vec![play],
            None => self.catalogue.plays_for(draft.kind, draft.subject),
        };
        let subject = Subject { segment: self.segment, element: draft.element, need: draft.need };
        let (play, channel) = self.choose(&plays, &draft, subject)?;
        let reading = MetricReading::of(play.metric(), subject);
        let better = better(self.catalogue, play);
        let best = best_segment(self.night, play.metric(), better, subject);
        let goal = reading.goal(best, better, self.settings.plausible_effect);
        let (scope, profile) = (scope_of(channel), &self.segment.profile);
        let reach = (scope == LineScope::Campaign).then(|| draft.of_audience(reached(&profile.reach, channel)));
        let line = PlanLine {
            scope,
            segments: vec![self.segment.id.clone()],
            people: draft.people(profile.size, self.settings.min_cell),
            avoid: self.avoid(play),
            baseline: reading.baseline(),
            target: goal.as_ref().map(|goal| goal.target),
            target_reason: goal.map(|goal| goal.reason).unwrap_or_default(),
            evidence: draft.evidence,
            because: draft.because,
            reach,
            held_out: reach.map(|reach| comparable(&profile.reach, reach)),
            ..PlanLine::of_play(self.catalogue, play, channel)
        };
        Ok(DraftedLine { line, reading })
    }

    /// The first play with a channel that has reach, and that channel. A campaign goes where enough people can be reached
    /// for it to be tested, else where most can. Where the subject is delicate, only channels that address nobody count.
    fn choose<'p>(
        &self,
        plays: &[&'p Play],
        draft: &Draft,
        subject: Subject,
    ) -> Result<(&'p Play, PlayChannel), NoLine> {
        if plays.is_empty() {
            return Err(NoLine::NoPlay);
        }
        let reach = |channel: PlayChannel| match scope_of(channel) {
            LineScope::Campaign => draft.of_audience(reached(&self.segment.profile.reach, channel)),
            LineScope::Company | LineScope::Service => self.segment.profile.size,
        };
        for play in plays {
            let open = play.channels().iter().copied().filter(|c| !(draft.delicate && c.needs_consent()));
            let open: Vec<PlayChannel> = open.filter(|channel| reach(*channel) > 0).collect();
            let Some(first) = open.first().copied() else { continue };
            if scope_of(first) == LineScope::Service {
                return Ok((play, first));
            }
            let needed = MetricReading::of(play.metric(), subject).people_needed(self.settings.plausible_effect);
            let sent = || open.iter().copied().filter(|channel| scope_of(*channel) == LineScope::Campaign);
            let enough = needed.and_then(|needed| sent().find(|channel| reach(*channel) >= needed));
            let most = sent().fold(first, |best, channel| if reach(channel) > reach(best) { channel } else { best });
            return Ok((play, enough.unwrap_or(most)));
        }
        Err(NoLine::NobodyReached)
    }

    fn avoid(&self, play: &Play) -> String {
        let spoken = matches!(play.kind(), PlayKind::Lead | PlayKind::Need | PlayKind::Neutral);
        if spoken && self.price == PriceStance::Elsewhere {
            format!("{} {NO_DISCOUNT}", play.avoid())
        } else {
            play.avoid().to_owned()
        }
    }
}

/// Which way the metric of a play should move.
pub(super) fn better(catalogue: &Catalogue, play: &Play) -> Better {
    catalogue.metric(play.metric()).map_or(Better::Higher, |metric| metric.better())
}

impl PlanLine {
    /// What a play says on a channel; for nobody yet, and without evidence.
    pub(super) fn of_play(catalogue: &Catalogue, play: &Play, channel: PlayChannel) -> Self {
        let item = match play.subject() {
            PlaySubject::Element(element) => catalogue.element(element).item(),
            _ => None,
        };
        Self {
            rank: 0,
            scope: scope_of(channel),
            segments: Vec::new(),
            people: 0,
            play_id: play.id().to_owned(),
            kind: play.kind().slug().to_owned(),
            subject: play.subject().slug(),
            item: item.map(str::to_owned),
            action: play.action().to_owned(),
            first_step: play.first_step().to_owned(),
            opening: play.opening().to_owned(),
            effort: play.effort().slug().to_owned(),
            channel: channel.slug().to_owned(),
            message_angle: play.message_angle().to_owned(),
            proof_needed: play.proof_needed().to_owned(),
            avoid: play.avoid().to_owned(),
            owner: play.owner().to_owned(),
            window_days: play.window_days(),
            metric: play.metric().to_owned(),
            baseline: None,
            target: None,
            target_reason: String::new(),
            evidence: Value::Null,
            because: String::new(),
            reach: None,
            held_out: None,
            expected_gain: None,
            learned: None,
            control_share: None,
            detectable_effect: None,
            trial: TrialDesign::BeforeAfter,
            known_on: None,
            people_needed: None,
        }
    }
}

/// Whether a channel sends or shows something to single customers, or is how whoever comes is served.
fn scope_of(channel: PlayChannel) -> LineScope {
    match channel {
        PlayChannel::Product | PlayChannel::Service | PlayChannel::Store => LineScope::Service,
        PlayChannel::Email
        | PlayChannel::Sms
        | PlayChannel::Push
        | PlayChannel::Phone
        | PlayChannel::Post
        | PlayChannel::App
        | PlayChannel::Web => LineScope::Campaign,
    }
}

/// Customers a channel reaches: by their consent to it, or, where it takes none, all who may be addressed at all.
fn reached(reach: &Reach, channel: PlayChannel) -> u64 {
    match channel {
        PlayChannel::Email => reach.email,
        PlayChannel::Sms => reach.sms,
        PlayChannel::Push => reach.push,
        PlayChannel::Phone => reach.phone,
        PlayChannel::Post => reach.post,
        PlayChannel::App | PlayChannel::Web | PlayChannel::Store | PlayChannel::Service | PlayChannel::Product => {
            reach.any
        }
    }
}

/// Held-out customers who could have been reached by the same channel.
///
/// METHOD: the hold-out is drawn at random, so its members agree to a channel as often as the others: the share reached
/// of those reachable is applied to it, rounded down.
fn comparable(reach: &Reach, reached: u64) -> u64 {
    if reach.any == 0 { 0 } else { (u128::from(reach.held_out) * u128::from(reached) / u128::from(reach.any)) as u64 }
}
