//! What tonight's plan takes from plays that were measured: what to expect, what comes first, what is off.

use std::cmp::Ordering;

use super::types::{LineScope, Plan, PlanLine, PlanSet};
use crate::effect::Learned;
use crate::rows::Estimate;

/// Kind of a line that is off.
const RETIRED: &str = "retired";

/// Of so many lines of a kind one is kept for a play that was never measured.
///
/// METHOD (our judgment): whoever always takes the best play known never learns of a better one.
const LEARNING_SLOT: usize = 3;

impl PlanSet {
    /// The plans with what was learned: lines that did harm or came to nothing are off, and stand under `retired` with the
    /// figures; the others say what is expected of them and who goes without, and those of a kind come by what they are
    /// expected to bring.
    ///
    /// METHOD (our judgment): a line's place is the probability that it is worth having, times the people it reaches, times
    /// what it changes. Kinds keep their order: evidence of what people want goes before what a test said of one play.
    #[must_use]
    pub fn learned(mut self, learned: &Learned) -> Self {
        for plan in self.plans.iter_mut().chain([&mut self.neutral]) {
            plan.take_in(learned);
        }
        self.ranked()
    }
}

impl Plan {
    fn take_in(&mut self, learned: &Learned) {
        let segment = self.segment_id.clone();
        let mut lines = Vec::with_capacity(self.lines.len());
        for mut line in std::mem::take(&mut self.lines) {
            if line.scope != LineScope::Campaign {
                lines.push(line);
                continue;
            }
            line.learned = learned.say(&line.play_id, &segment).map(str::to_owned);
            line.expected_gain = learned.expected(&line.play_id, &segment).map(|expected| Estimate {
                value: expected.value,
                low: expected.low,
                high: expected.high,
                n: expected.n,
            });
            if let Some(why) = learned.retired(&line.play_id, &segment) {
                self.retired.push(PlanLine {
                    kind: RETIRED.to_owned(),
                    because: why,
                    known_on: None,
                    control_share: None,
                    ..line
                });
                continue;
            }
            let shared = || line.testable().then(|| learned.control_share(&line.play_id, &segment));
            line.control_share = learned.own_share(&line.play_id, &segment).or_else(shared);
            lines.push(line);
        }
        self.lines = in_order(lines, |line| weight(line, learned, &segment));
    }
}

/// How much a line is expected to bring; `None` = it was never measured.
fn weight(line: &PlanLine, learned: &Learned, segment: &str) -> Option<f64> {
    let expected = learned.expected(&line.play_id, segment)?;
    Some(expected.worth * line.reach.unwrap_or(0) as f64 * expected.value.abs())
}

/// Campaigns of one kind that follow each other, the heaviest first; every third place is kept for one without a weight, as
/// long as there is one, and what has no weight keeps its order.
fn in_order(lines: Vec<PlanLine>, weight: impl Fn(&PlanLine) -> Option<f64>) -> Vec<PlanLine> {
    let mut ordered = Vec::with_capacity(lines.len());
    let mut left = lines.into_iter().peekable();
    while let Some(first) = left.next() {
        let mut run = vec![first];
        while let Some(next) = left.next_if(|next| next.kind == run[0].kind && next.scope == run[0].scope) {
            run.push(next);
        }
        if run[0].scope != LineScope::Campaign {
            ordered.append(&mut run);
            continue;
        }
        let (mut measured, new): (Vec<_>, Vec<_>) =
            run.into_iter().map(|line| (weight(&line), line)).partition(|(weight, _)| weight.is_some());
        // A stable sort: of equals the first stays first.
        measured.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
        let (mut measured, mut new) = (measured.into_iter(), new.into_iter());
        for place in 1.. {
            let slot = place % LEARNING_SLOT == 0;
            let next =
                if slot { new.next().or_else(|| measured.next()) } else { measured.next().or_else(|| new.next()) };
            match next {
                Some((_, line)) => ordered.push(line),
                None => break,
            }
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::super::{PlanSettings, plan};
    use super::*;
    use crate::segment::fixture::{catalogue, night, segment, served, wants};

    /// Settings by which a group of the fixture is large enough for a test.
    fn learning() -> PlanSettings {
        PlanSettings { plausible_effect: 9.0, ..PlanSettings::default() }
    }

    fn lines(kinds: &[(&str, &str)]) -> Vec<PlanLine> {
        let mut s = segment("S01");
        wants(&mut s.profile, "saves_time", 0.9);
        served(&mut s.profile, "saves_time", 7.8);
        let set = plan(&night(vec![s]), catalogue(), &learning());
        let like = set.plans[0].lines.iter().find(|line| line.scope == LineScope::Campaign).unwrap().clone();
        let line = |(kind, id): &(&str, &str)| PlanLine {
            kind: (*kind).to_owned(),
            play_id: (*id).to_owned(),
            ..like.clone()
        };
        kinds.iter().map(line).collect()
    }

    fn order(kinds: &[(&str, &str)], weights: &[(&str, f64)]) -> Vec<String> {
        let weight = |line: &PlanLine| weights.iter().find(|(id, _)| *id == line.play_id).map(|(_, weight)| *weight);
        in_order(lines(kinds), weight).into_iter().map(|line| line.play_id).collect()
    }

    #[test]
    fn the_heaviest_comes_first_within_a_kind_and_kinds_keep_their_order() {
        let kinds = [("lead", "a"), ("lead", "b"), ("need", "c"), ("need", "d")];
        assert_eq!(order(&kinds, &[("a", 1.0), ("b", 2.0), ("c", 9.0), ("d", 9.0)]), ["b", "a", "c", "d"]);
        assert_eq!(order(&kinds, &[]), ["a", "b", "c", "d"], "nothing was measured");
    }

    #[test]
    fn one_place_in_three_is_kept_for_what_was_never_measured() {
        let kinds = ["a", "b", "c", "new", "newer"].map(|id| ("lead", id));
        let weights = [("a", 1.0), ("b", 3.0), ("c", 2.0)];
        assert_eq!(order(&kinds, &weights), ["b", "c", "new", "a", "newer"]);
    }

    #[test]
    fn without_findings_every_testable_campaign_keeps_half_out_and_says_nothing() {
        let mut s = segment("S01");
        wants(&mut s.profile, "saves_time", 0.9);
        served(&mut s.profile, "saves_time", 7.8);
        let set = plan(&night(vec![s]), catalogue(), &learning()).learned(&Learned::default());
        let campaigns: Vec<&PlanLine> =
            set.plans[0].lines.iter().filter(|line| line.scope == LineScope::Campaign).collect();
        assert!(campaigns.iter().any(|line| line.testable()));
        for line in campaigns {
            assert_eq!(line.control_share, line.testable().then_some(0.5));
            assert_eq!((&line.learned, &line.expected_gain), (&None, &None));
        }
        assert!(set.plans[0].retired.is_empty());
    }
}
