//! Who went where since earlier nights, counted.

use crate::model::rows::{ArcStage, CustomerNight, LastNight, ScoredBlock};
use crate::model::segment::flows::Flows;
use crate::tables::schema::{NOISE_STEPS, Whereabouts};

use super::rows::Gone;

/// Counts of ways since earlier nights.
#[derive(Default)]
pub(in crate::job) struct Ways {
    /// Customers of the night before, and those of them whom tonight's inputs do not hold.
    pub(in crate::job) before: (u64, u64),
    /// Between segments since the night before.
    pub(in crate::job) short: Flows<Whereabouts>,
    /// Between segments, what drawing labels from tonight's probabilities would move: millionths of customers.
    pub(in crate::job) noise: Flows<Whereabouts>,
    /// The same since 30 nights ago.
    pub(in crate::job) long: Flows<Whereabouts>,
    /// Along the arc since the night before: of people who were not in trouble then, and of those who were.
    pub(in crate::job) arc: [Flows<ArcStage>; 2],
}

fn then(last: &LastNight) -> Whereabouts {
    Whereabouts::of(last.segment, last.suppressed)
}

impl Ways {
    /// Counts a customer of tonight.
    pub(super) fn add(
        &mut self,
        (scored, row): (&ScoredBlock, usize),
        (last, long_ago): (Option<&LastNight>, Option<&LastNight>),
        night: &CustomerNight,
    ) {
        let suppressed = scored.suppressed[row].is_some();
        let now = Whereabouts::of(scored.assignments[row].segment.map(u16::from), suppressed);
        if let Some(last) = last {
            self.before.0 += 1;
            self.short.add(then(last), now);
            let assignment = &scored.assignments[row];
            if let (Some(next), Some(chance)) = (assignment.runner_up, assignment.runner_up_probability) {
                let chance = (f64::from(chance.clamp(0.0, 1.0)) * NOISE_STEPS).round() as u64;
                self.noise.add_many(now, Whereabouts::Segment(u16::from(next)), chance);
            }
            if let Some(stage) = last.arc.filter(|_| !suppressed) {
                self.arc[usize::from(last.trouble)].add(stage, night.relationship.arc.stage);
            }
        }
        if let Some(long_ago) = long_ago {
            self.long.add(then(long_ago), now);
        }
    }

    /// Counts those of the night before whom tonight's inputs do not hold.
    pub(super) fn left(&mut self, gone: &[Gone]) {
        for (_, last) in gone {
            self.short.add(then(last), Whereabouts::Out);
            self.before.0 += 1;
            self.before.1 += 1;
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.before.0 += other.before.0;
        self.before.1 += other.before.1;
        self.short.merge(other.short);
        self.long.merge(other.long);
        self.noise.merge(other.noise);
        self.arc.iter_mut().zip(other.arc).for_each(|(own, other)| own.merge(other));
    }
}
