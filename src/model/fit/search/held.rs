//! What sets segments apart in people they were not found on.

use super::judge::{Entry, Judge};
use super::trial::Trial;
use valueseg_stats::matching::Overlap;

/// Standardized difference from which a rating stands out. Source: Cohen's "small" effect; the same as in names.
const STANDS_OUT: f64 = 0.2;

/// Answers of members and of others that a difference needs. Our judgment.
const LEAST_ANSWERS: f64 = 5.0;

/// A rating in one segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::fit) struct HeldRating {
    /// Mean standardized difference of members from the others.
    pub(in crate::fit) d: f64,
    /// Share of the samples in which it stood out.
    pub(in crate::fit) kept: f64,
}

/// Segments × ratings: the differences among those who were not drawn into a bootstrap sample, typed by what was found in
/// it, its segments matched to those of `entry`; `None` where too few answered. Empty where nothing was sought in samples.
///
/// METHOD: differences on the ratings that cut the segments are the larger the harder a search looked for them. Those who
/// were not drawn (37 of 100) had no say in a sample's cut, as in the out-of-bag estimates of Breiman (1996), so what is
/// large among the drawn by chance is not large among them. Their own answers still place them, as they place everybody.
pub(super) fn contrasts(judge: &Judge<'_>, entry: &Entry, trial: &Trial<'_>) -> Vec<Vec<Option<HeldRating>>> {
    let Some(again) = &entry.again else { return Vec::new() };
    let (k, ratings) = (entry.cut.segments(), judge.screen.ratings);
    let weights = judge.table.data.weights().to_vec();
    let mut tallies = vec![vec![Tally::default(); ratings]; k];
    for (sample, labels) in again.labels().iter().enumerate() {
        let found: Vec<usize> = labels.iter().map(|label| label.unwrap_or(0)).collect();
        let overlap = Overlap::of(&entry.labels, &found, &weights, (k, found.iter().max().map_or(1, |most| most + 1)));
        let counts = trial.counts(sample);
        for (segment, partner) in overlap.partners().into_iter().enumerate() {
            let Some(partner) = partner else { continue };
            let own: Vec<Option<f64>> = (0..ratings)
                .map(|c| {
                    let mut sides = [Side::default(); 2];
                    let (values, present) = (judge.table.data.values(), judge.table.data.present());
                    for row in (0..found.len()).filter(|row| counts[*row] == 0.0 && present[(*row, c)]) {
                        sides[usize::from(found[row] == partner)].add(values[(row, c)], weights[row]);
                    }
                    let [others, members] = sides;
                    members.difference(&others)
                })
                .collect();
            tallies[segment].iter_mut().zip(relative(&own)).for_each(|(tally, seen)| tally.add(seen));
        }
    }
    tallies.iter().map(|row| row.iter().map(Tally::rating).collect()).collect()
}

/// Each difference, and whether it stands out: above the others, also above the mean difference of the segment.
fn relative(own: &[Option<f64>]) -> Vec<Option<(f64, bool)>> {
    let known: Vec<f64> = own.iter().flatten().copied().collect();
    let level = known.iter().sum::<f64>() / known.len().max(1) as f64;
    own.iter().map(|d| d.map(|d| (d, d >= STANDS_OUT && d - level >= STANDS_OUT))).collect()
}

/// A rating over the samples.
#[derive(Clone, Copy, Default)]
struct Tally {
    samples: f64,
    sum: f64,
    kept: f64,
}

impl Tally {
    fn add(&mut self, seen: Option<(f64, bool)>) {
        if let Some((d, stands_out)) = seen {
            self.samples += 1.0;
            self.sum += d;
            self.kept += f64::from(u8::from(stands_out));
        }
    }

    fn rating(&self) -> Option<HeldRating> {
        (self.samples > 0.0).then(|| HeldRating { d: self.sum / self.samples, kept: self.kept / self.samples })
    }
}

/// Weighted answers of members or of the others.
#[derive(Clone, Copy, Default)]
struct Side {
    weight: f64,
    sum: f64,
    squares: f64,
}

impl Side {
    fn add(&mut self, value: f64, weight: f64) {
        self.weight += weight;
        self.sum += weight * value;
        self.squares += weight * value * value;
    }

    fn mean(&self) -> f64 {
        self.sum / self.weight
    }

    /// Cohen's d: the difference of means in pooled standard deviations; `None` where too few answered, or all alike.
    fn difference(&self, others: &Self) -> Option<f64> {
        if self.weight < LEAST_ANSWERS || others.weight < LEAST_ANSWERS {
            return None;
        }
        let within = |side: &Self| (side.squares - side.sum * side.mean()).max(0.0);
        let pooled = ((within(self) + within(others)) / (self.weight + others.weight - 2.0)).sqrt();
        (pooled > 0.0).then(|| (self.mean() - others.mean()) / pooled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_in_pooled_standard_deviations_and_stands_out_above_the_segments_own_level() {
        let side = |values: &[f64]| {
            let mut side = Side::default();
            values.iter().for_each(|value| side.add(*value, 1.0));
            side
        };
        // Means 5 and 2, squares within 10 and 10 over 8 degrees of freedom: 3/√2.5.
        let (members, others) = (side(&[3.0, 4.0, 5.0, 6.0, 7.0]), side(&[0.0, 1.0, 2.0, 3.0, 4.0]));
        assert!((members.difference(&others).unwrap() - 3.0 / 2.5_f64.sqrt()).abs() < 1e-12);
        assert_eq!(side(&[1.0, 2.0]).difference(&others), None);
        // The mean of 1.0, 0.4 and 0.1 is 0.5: the first alone is above it by a fifth and more.
        let found = relative(&[Some(1.0), Some(0.4), None, Some(0.1)]);
        assert_eq!(found, [Some((1.0, true)), Some((0.4, false)), None, Some((0.1, false))]);
    }
}
