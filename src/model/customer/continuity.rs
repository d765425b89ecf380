//! Who stays and who moves: a customer changes segment only when the new one leads clearly, for some nights.
//!
//! The raw answer of the night is kept beside the decision, so that nothing is hidden by it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::{
    Assignment, Basis, LastNight, MoveEvent, MoveReason, Moved, SegmentPlace, Stay, SuppressedReason, UnassignedReason,
};

/// `[model.hysteresis]`: when a customer changes segment from night to night.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hysteresis {
    /// The new segment must lead the present one by this probability, 0–1 … Our judgment.
    pub margin: f64,
    /// … on this many nights in a row, at least 1; 1 moves at once. Our judgment.
    pub nights: u32,
}

impl Default for Hysteresis {
    fn default() -> Self {
        Self { margin: 0.10, nights: 3 }
    }
}

/// Decides, customer by customer, what tonight's answer makes of last night's.
#[derive(Clone, Copy, Debug)]
pub struct Continuity {
    hysteresis: Hysteresis,
    /// Segments of the model.
    segments: usize,
    /// Tonight, days since 1970.
    today: i32,
    /// Whether there is a night before to compare with.
    compared: bool,
    /// A model took over tonight: its answers count at once.
    new_model: bool,
}

impl Continuity {
    /// The first night: everybody begins.
    #[must_use]
    pub fn begin(segments: usize, today: i32) -> Self {
        Self { hysteresis: Hysteresis::default(), segments, today, compared: false, new_model: false }
    }

    /// A night after another; `new_model`: another model than then.
    #[must_use]
    pub fn after(hysteresis: Hysteresis, segments: usize, today: i32, new_model: bool) -> Self {
        Self { hysteresis, segments, today, compared: true, new_model }
    }

    /// Settles a customer: puts the segment that counts tonight into `assignment`, whose `raw` stays what the night says.
    ///
    /// METHOD: another segment must lead by the margin on so many nights in a row. The probability of the present segment
    /// is known if it is among the two likeliest; else the runner-up's, which is larger, stands for it, so that the lead is
    /// never overstated. An answer too close to call keeps the segment of the night before.
    pub fn settle(
        &self,
        assignment: &mut Assignment,
        basis: Basis,
        suppressed: Option<SuppressedReason>,
        last: Option<&LastNight>,
    ) -> Stay {
        let wanted = assignment.segment.map(SegmentPlace::from);
        let before = last.and_then(|last| last.segment);
        let Some(last) = last.filter(|_| self.compared) else {
            let moved = self.moved(MoveEvent::Enter, MoveReason::New, None, wanted).filter(|_| wanted.is_some());
            return Stay { since: wanted.map(|_| self.today), moved, ..Stay::default() };
        };
        let Some(present) = before else {
            let reason = if last.suppressed { MoveReason::Consent } else { reason_of(basis) };
            let moved = self.moved(MoveEvent::Enter, reason, None, wanted).filter(|_| wanted.is_some());
            return Stay { since: wanted.map(|_| self.today), previous: last.previous, moved, pending: None };
        };
        let known = usize::from(present) < self.segments;
        if wanted == Some(present) {
            return Stay {
                since: last.since.or(Some(self.today)),
                previous: last.previous,
                pending: None,
                moved: None,
            };
        }
        let too_close = suppressed.is_none() && assignment.unassigned == Some(UnassignedReason::TooClose);
        if known && !self.new_model && (too_close || wanted.is_some()) {
            let pending = wanted.filter(|wanted| self.leads(assignment, *wanted, present)).map(|wanted| {
                let nights = last.pending.filter(|(place, _)| *place == wanted).map_or(0, |(_, nights)| nights);
                (wanted, nights + 1)
            });
            let due = pending.is_some_and(|(_, nights)| nights >= self.hysteresis.nights);
            if !due {
                assignment.segment = u8::try_from(present).ok();
                assignment.unassigned = None;
                let moved = pending
                    .and_then(|(wanted, _)| self.moved(MoveEvent::Held, reason_of(basis), Some(present), Some(wanted)));
                return Stay { since: last.since.or(Some(self.today)), previous: last.previous, pending, moved };
            }
        }
        let (event, reason) = match wanted {
            Some(_) if self.new_model || !known => (MoveEvent::Move, MoveReason::Model),
            Some(_) => (MoveEvent::Move, reason_of(basis)),
            None if suppressed.is_some() => (MoveEvent::Exit, MoveReason::Consent),
            None => (MoveEvent::Exit, MoveReason::Inactive),
        };
        Stay {
            since: wanted.map(|_| self.today),
            previous: Some(present),
            pending: None,
            moved: self.moved(event, reason, Some(present), wanted),
        }
    }

    /// What happened to somebody who is absent tonight.
    #[must_use]
    pub fn gone(&self, last: &LastNight) -> Option<Moved> {
        self.moved(MoveEvent::Exit, MoveReason::Inactive, last.segment, None).filter(|_| last.segment.is_some())
    }

    fn moved(
        &self,
        event: MoveEvent,
        reason: MoveReason,
        from: Option<SegmentPlace>,
        to: Option<SegmentPlace>,
    ) -> Option<Moved> {
        self.compared.then_some(Moved { event, reason, from, to })
    }

    fn leads(&self, assignment: &Assignment, wanted: SegmentPlace, present: SegmentPlace) -> bool {
        let Some(best) = assignment.probability else { return false };
        let next = assignment.runner_up_probability.unwrap_or(0.0);
        debug_assert!(wanted != present, "nobody leads themselves");
        f64::from(best - next) >= self.hysteresis.margin
    }
}

/// What spoke for a segment.
fn reason_of(basis: Basis) -> MoveReason {
    match basis {
        Basis::Survey | Basis::Mixed => MoveReason::Answers,
        Basis::Behavior | Basis::Prior | Basis::None => MoveReason::Behavior,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::SegmentNames;

    fn answer(segment: u8, probability: f32, next: f32) -> Assignment {
        Assignment {
            segment: Some(segment),
            raw: Some(segment),
            probability: Some(probability),
            runner_up: Some(1 - segment),
            runner_up_probability: Some(next),
            ..Assignment::undecided(None)
        }
    }

    fn night(day: i32) -> Continuity {
        Continuity::after(Hysteresis::default(), 2, day, false)
    }

    /// Carries a stay into the next night.
    fn next(assignment: &Assignment, stay: &Stay) -> LastNight {
        LastNight {
            segment: assignment.segment.map(SegmentPlace::from),
            since: stay.since,
            previous: stay.previous,
            pending: stay.pending,
            ..LastNight::default()
        }
    }

    #[test]
    fn a_clear_lead_on_three_nights_in_a_row_moves_and_the_third_night_says_so() {
        let mut first = answer(0, 0.9, 0.1);
        let stay = Continuity::begin(2, 10).settle(&mut first, Basis::Behavior, None, None);
        assert_eq!((stay.since, stay.moved), (Some(10), None), "nothing to compare with");
        let (mut last, mut events) = (next(&first, &stay), Vec::new());
        for day in 11..=14 {
            let mut tonight = answer(1, 0.8, 0.2);
            let stay = night(day).settle(&mut tonight, Basis::Behavior, None, Some(&last));
            events.push((tonight.segment, stay.moved.map(|moved| moved.event), stay.pending.map(|p| p.1)));
            assert_eq!(tonight.raw, Some(1), "the raw answer is not touched");
            last = next(&tonight, &stay);
        }
        let held = |nights| (Some(0), Some(MoveEvent::Held), Some(nights));
        assert_eq!(events, [held(1), held(2), (Some(1), Some(MoveEvent::Move), None), (Some(1), None, None)]);
        assert_eq!((last.since, last.previous), (Some(13), Some(0)));
    }

    #[test]
    fn a_lead_that_is_small_or_broken_moves_nobody() {
        let mut last = LastNight { segment: Some(0), since: Some(1), ..LastNight::default() };
        for (day, probability) in [(2, 0.54), (3, 0.8), (4, 0.54), (5, 0.8), (6, 0.8)] {
            let mut tonight = answer(1, probability, 1.0 - probability);
            let stay = night(day).settle(&mut tonight, Basis::Behavior, None, Some(&last));
            assert_eq!(tonight.segment, Some(0));
            last = next(&tonight, &stay);
        }
        assert_eq!(last.pending, Some((1, 2)));
        let mut close =
            Assignment { segment: None, unassigned: Some(UnassignedReason::TooClose), ..answer(1, 0.4, 0.35) };
        night(7).settle(&mut close, Basis::Behavior, None, Some(&last));
        assert_eq!((close.segment, close.unassigned), (Some(0), None), "too close to call keeps the segment");
    }

    #[test]
    fn whoever_may_not_be_scored_or_is_not_known_any_more_leaves_at_once() {
        let last = LastNight { segment: Some(0), since: Some(1), ..LastNight::default() };
        let mut none = Assignment::undecided(Some(UnassignedReason::NoEvidence));
        let stay = night(2).settle(&mut none, Basis::None, None, Some(&last));
        let moved = stay.moved.expect("an exit");
        assert_eq!((moved.event, moved.reason, stay.since), (MoveEvent::Exit, MoveReason::Inactive, None));
        let mut none = Assignment::undecided(None);
        let stay = night(2).settle(&mut none, Basis::None, Some(SuppressedReason::Objection), Some(&last));
        assert_eq!(stay.moved.map(|moved| moved.reason), Some(MoveReason::Consent));
    }

    #[test]
    fn a_new_model_or_the_end_of_a_segment_counts_at_once() {
        let last = LastNight { segment: Some(0), since: Some(1), ..LastNight::default() };
        let after_refit = Continuity::after(Hysteresis::default(), 2, 2, true);
        let mut tonight = answer(1, 0.6, 0.4);
        let stay = after_refit.settle(&mut tonight, Basis::Behavior, None, Some(&last));
        assert_eq!((tonight.segment, stay.moved.map(|moved| moved.reason)), (Some(1), Some(MoveReason::Model)));
        let retired = LastNight { segment: Some(7), ..last };
        let mut tonight = answer(1, 0.51, 0.49);
        let stay = night(2).settle(&mut tonight, Basis::Behavior, None, Some(&retired));
        assert_eq!((tonight.segment, stay.previous), (Some(1), Some(7)));
    }

    #[test]
    fn somebody_new_enters() {
        let mut tonight = answer(1, 0.9, 0.1);
        let stay = night(5).settle(&mut tonight, Basis::Behavior, None, None);
        assert_eq!(stay.moved.map(|moved| (moved.event, moved.reason)), Some((MoveEvent::Enter, MoveReason::New)));
        assert_eq!(stay.since, Some(5));
    }

    #[test]
    fn places_of_segments_of_the_model_come_first() {
        let own = ["S02".to_owned(), "S03".to_owned()];
        let names = SegmentNames::new(&own, ["S01".to_owned(), "S02".to_owned()]);
        assert_eq!((names.place("S02"), names.place("S01"), names.place("S09")), (Some(0), Some(2), None));
        assert_eq!(names.own(), 2);
    }
}
