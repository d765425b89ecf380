//! A line of a plan from a play and the evidence for it.

use serde_json::Value;

use crate::catalogue::{Catalogue, Play, PlayChannel, PlayKind, PlaySubject};

use super::measure::{Subject, measure, reached};
use super::settings::PlanSettings;
use super::types::PlanLine;
use crate::model::segment::{ElementProfile, NeedProfile, SegmentNight};

/// Added to what a line avoids wherever price does not lead.
const NO_DISCOUNT: &str = "No discount: price is not what leads in this group.";

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
}

/// Turns drafts of one segment into lines.
#[derive(Clone, Copy)]
pub(super) struct Drafting<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a PlanSettings,
    pub(super) segment: &'a SegmentNight,
    /// Price is among what leads.
    pub(super) price_leads: bool,
}

impl Drafting<'_> {
    /// The line for a draft, with `play` in place of the first one where given; `None` when no play suits.
    pub(super) fn line(&self, draft: Draft, play: Option<&Play>) -> Option<PlanLine> {
        let plays = match play {
            Some(play) => vec![play],
            None => self.catalogue.plays_for(draft.kind, draft.subject),
        };
        let (play, channel) = self.choose(&plays, draft.delicate)?;
        let subject = Subject { segment: self.segment, element: draft.element, need: draft.need };
        let measured = measure(play.metric(), subject, channel);
        let plausible = measured.detectable_effect.is_some_and(|e| e <= self.settings.plausible_effect);
        Some(PlanLine {
            rank: 0,
            play_id: play.id().to_owned(),
            kind: play.kind().slug().to_owned(),
            subject: play.subject().slug(),
            action: play.action().to_owned(),
            channel: channel.slug().to_owned(),
            message_angle: play.message_angle().to_owned(),
            proof_needed: play.proof_needed().to_owned(),
            avoid: self.avoid(play),
            owner: play.owner().to_owned(),
            window_days: play.window_days(),
            metric: play.metric().to_owned(),
            baseline: measured.baseline,
            target: measured.target,
            evidence: draft.evidence,
            because: draft.because,
            reach: measured.reach,
            held_out: measured.held_out,
            expected_gain: None,
            detectable_effect: measured.detectable_effect,
            testable: plausible,
        })
    }

    /// The first play with a channel that has reach, and that channel; else the first play and its first channel. Where
    /// the subject is delicate, only channels that address nobody count.
    fn choose<'p>(&self, plays: &[&'p Play], delicate: bool) -> Option<(&'p Play, PlayChannel)> {
        let usable = |play: &&'p Play| {
            let channels = play.channels().iter().copied().filter(|c| !(delicate && c.needs_consent()));
            channels.map(|channel| (*play, channel)).collect::<Vec<_>>()
        };
        let all: Vec<(&Play, PlayChannel)> = plays.iter().flat_map(usable).collect();
        let has_reach =
            |channel: PlayChannel| !channel.needs_consent() || reached(&self.segment.profile.reach, channel) > 0;
        all.iter().find(|(_, channel)| has_reach(*channel)).or(all.first()).copied()
    }

    fn avoid(&self, play: &Play) -> String {
        let spoken = matches!(play.kind(), PlayKind::Lead | PlayKind::Need | PlayKind::Neutral);
        if spoken && !self.price_leads { format!("{} {NO_DISCOUNT}", play.avoid()) } else { play.avoid().to_owned() }
    }
}
