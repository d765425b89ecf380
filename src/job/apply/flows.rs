//! Who went where since earlier nights, counted.

use crate::model::rows::{ArcStage, CustomerNight, CustomerRef, LastNight};
use crate::model::segment::flows::Flows;
use crate::tables::schema::{NOISE_STEPS, Whereabouts};

use super::rows::Gone;

/// Counts of customers by where they were on earlier nights and where they are tonight.
#[derive(Default)]
pub(in crate::job) struct SegmentFlows {
    /// Customers of the night before.
    pub(in crate::job) before: u64,
    /// Those of them who are absent tonight.
    pub(in crate::job) absent: u64,
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

impl SegmentFlows {
    /// Counts a customer of tonight.
    pub(super) fn add(
        &mut self,
        customer: CustomerRef<'_>,
        last: Option<&LastNight>,
        long_ago: Option<&LastNight>,
        night: &CustomerNight,
    ) {
        let (assignment, suppressed) = (customer.assignment(), customer.is_suppressed());
        let now = Whereabouts::of(assignment.segment.map(u16::from), suppressed);
        if let Some(last) = last {
            self.before += 1;
            self.short.add(then(last), now);
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

    /// Counts those of the night before who are absent tonight.
    pub(super) fn add_absent(&mut self, gone: &[Gone]) {
        for (_, last) in gone {
            self.short.add(then(last), Whereabouts::Out);
            self.before += 1;
            self.absent += 1;
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.before += other.before;
        self.absent += other.absent;
        self.short.merge(other.short);
        self.long.merge(other.long);
        self.noise.merge(other.noise);
        self.arc.iter_mut().zip(other.arc).for_each(|(own, other)| own.merge(other));
    }
}
