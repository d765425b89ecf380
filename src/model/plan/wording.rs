//! Why a line about an element stands in a plan, one sentence.

use super::evidence::ElementCase;
use crate::segment::Delivered;
use valueseg_catalogue::PlayKind;

impl ElementCase<'_> {
    /// Why quality comes first.
    pub(super) fn because_of_gate(&self, quality_floor: f64) -> String {
        let (delivery, floor) = (self.delivery(), 100.0 * quality_floor);
        let text = format!(
            "Quality comes first: only {delivery}, below the floor of {floor:.0} %; while that lasts, no message makes up for it."
        );
        self.asked.said(text)
    }

    /// Why the element is to be led with, mended or kept.
    pub(super) fn because_of(&self, kind: PlayKind) -> String {
        let only_served = self.asked.fulfillment && !self.asked.importance;
        let wanted = if only_served { self.served_differently() } else { self.wanted() };
        let (delivery, name) = (self.delivery(), self.name());
        let goes_with = self.derived.map_or_else(String::new, |derived| format!("; {}", derived.words()));
        let text = match kind {
            PlayKind::Fix => {
                let rival = self.rival_better().map_or_else(String::new, |rival| format!("; {rival}"));
                format!("{wanted}, but it is not delivered: {delivery}{goes_with}{rival}.")
            }
            PlayKind::Hold if only_served => {
                format!("{name} is served well and no differently than to the rest: {delivery}{goes_with}.")
            }
            PlayKind::Hold => format!(
                "{name} matters here more than the average element, though no more than to others, and is served well: \
                 {delivery}{goes_with}."
            ),
            _ if self.element.delivered == Delivered::Yes => {
                format!("{wanted}, and it is delivered: {delivery}{goes_with}.")
            }
            _ if self.element.delivered == Delivered::No => {
                format!("{wanted}, and it is served fairly well, though not to most: {delivery}{goes_with}.")
            }
            _ if self.asked.fulfillment => {
                format!("{wanted}, and it is served well enough to be believed: {delivery}{goes_with}.")
            }
            _ => format!("{wanted}; {delivery}, so the proof has to come from elsewhere."),
        };
        self.asked.said(text)
    }
}
