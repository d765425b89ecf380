//! Drivers with noise, so that no answer can be solved for from all that is derived of it.

use super::super::noise::{GroupNoise, Noise};
use super::finish::{SolvedDrivers, Treatment};
use super::solve::DriverFigures;
use valueseg_stats::drivers::jackknife::standard_error;

/// Spread of the noise on a figure, in parts of its standard error.
///
/// METHOD: sums of products would need noise on each of some 900, which would break that they belong together. The
/// figures made of them get it instead, and with them their replicates, so that intervals, tests and classes follow
/// from the same. What one customer adds to a figure is of the order of its standard error over √n. Our judgment.
const FIGURE_NOISE: f64 = 0.5;

/// Spread of the noise on a standard error, in parts of it.
const ERROR_NOISE: f64 = 0.05;

/// A number among the figures of an outcome in a group; with its place where there is one by element or tier.
#[derive(Clone, Copy)]
enum Spot {
    Share(usize),
    Need(usize),
    Weight(usize),
    Correlation(usize),
    RSquared,
    Halo,
    Penalty(usize),
    Reward(usize),
    MeanCorrelation,
}

impl Spot {
    /// The spots of an outcome with so many elements and tiers.
    fn all(elements: usize, needs: usize) -> impl Iterator<Item = Self> {
        let by_element: [fn(usize) -> Self; 5] =
            [Self::Share, Self::Weight, Self::Correlation, Self::Penalty, Self::Reward];
        let elements = by_element.into_iter().flat_map(move |spot| (0..elements).map(spot));
        elements.chain((0..needs).map(Self::Need)).chain([Self::RSquared, Self::Halo])
    }

    fn of(self, figures: &mut DriverFigures) -> Option<&mut f64> {
        match self {
            Self::Share(i) => figures.shares.get_mut(i),
            Self::Need(i) => figures.needs.get_mut(i),
            Self::Weight(i) => figures.link.weights.get_mut(i),
            Self::Correlation(i) => figures.link.correlations.get_mut(i),
            Self::RSquared => Some(&mut figures.link.r_squared),
            Self::Halo => Some(&mut figures.link.halo),
            Self::MeanCorrelation => Some(&mut figures.mean_correlation),
            Self::Penalty(i) => figures.asymmetries.get_mut(i)?.as_mut().map(|sides| &mut sides.penalty),
            Self::Reward(i) => figures.asymmetries.get_mut(i)?.as_mut().map(|sides| &mut sides.reward),
        }
    }

    /// Shares and weights are never below 0.
    fn least(self) -> f64 {
        match self {
            Self::Share(_) | Self::Need(_) | Self::Weight(_) | Self::RSquared => 0.0,
            Self::Correlation(_) | Self::MeanCorrelation | Self::Halo | Self::Penalty(_) | Self::Reward(_) => {
                f64::NEG_INFINITY
            }
        }
    }
}

impl SolvedDrivers {
    /// The same with noise; who stands behind a figure stays. `segments` are the ids, in the order of the pass.
    #[must_use]
    pub fn released(&self, segments: &[String], noise: &Noise) -> Self {
        let mut told = self.clone();
        let groups = std::iter::once("ALL").chain(segments.iter().map(String::as_str));
        let mut noises: Vec<GroupNoise> = groups.map(|group| noise.of("drivers", group)).collect();
        let figures = |full: &DriverFigures| -> Vec<Spot> { Spot::all(full.shares.len(), full.needs.len()).collect() };
        told.told.release(&mut noises, figures);
        if let Some(other) = &mut told.other {
            other.release(&mut noises, figures);
        }
        told.told.release(&mut noises, |_| vec![Spot::MeanCorrelation]);
        told
    }
}

impl Treatment {
    /// Gives noise to the spots named, outcome by outcome and group by group.
    fn release(&mut self, noises: &mut [GroupNoise], spots: impl Fn(&DriverFigures) -> Vec<Spot>) {
        for (outcome, full) in self.full.iter_mut().enumerate() {
            for (group, (full, noise)) in full.iter_mut().zip(noises.iter_mut()).enumerate() {
                let mut without: Vec<&mut DriverFigures> =
                    self.without.iter_mut().filter_map(|replicate| replicate[outcome][group].as_mut()).collect();
                if let Some(full) = full {
                    let spots = spots(full);
                    release(full, &mut without, spots, noise);
                }
            }
        }
    }
}

fn release(full: &mut DriverFigures, without: &mut [&mut DriverFigures], spots: Vec<Spot>, noise: &mut GroupNoise) {
    for spot in spots {
        let Some(value) = spot.of(full) else { continue };
        let mut others: Vec<&mut f64> = without.iter_mut().filter_map(|figures| spot.of(figures)).collect();
        let Some(error) = standard_error(&others.iter().map(|other| **other).collect::<Vec<_>>()) else { continue };
        let made_of = [*value, error].map(|number| i128::from(number.to_bits()));
        let Some([shift, stretch]) = noise.draw(made_of) else { return };
        let exact = *value;
        *value = (exact + shift * FIGURE_NOISE * error).max(spot.least());
        for other in &mut others {
            **other = *value + (**other - exact) * (1.0 + ERROR_NOISE * stretch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Planted, state};
    use super::super::{DriverContext, DriverSettings};
    use super::*;
    use crate::segment::fixture::catalogue;

    #[test]
    fn noise_moves_drivers_by_less_than_they_are_unsure_of_and_the_same_each_time() {
        let state = state(8, &Planted::eight(0.6, 5).people());
        let settings = DriverSettings::default();
        let exact = state.solve(&DriverContext { catalogue: catalogue(), profiles: None, settings, settled: &[] });
        let noise = Noise::keyed([3; 32]);
        let ids: Vec<String> = (1..=8).map(|i| format!("S{i:02}")).collect();
        let [plain, told, again] =
            [exact.beside(None), exact.released(&ids, &noise).beside(None), exact.released(&ids, &noise).beside(None)];
        assert_eq!(told, again);
        assert_eq!(exact.released(&ids, &Noise::none()).beside(None), plain);
        let (_, plain) = plain.everyone.leading().expect("something is derived");
        let (_, told) = told.everyone.leading().expect("still");
        for (plain, told) in plain.elements.iter().zip(&told.elements) {
            let moved = (told.correlation.value - plain.correlation.value).abs();
            assert!(moved > 0.0 && moved < plain.correlation.high - plain.correlation.low);
        }
        let sum: f64 = told.elements.iter().map(|element| element.share.value).sum();
        assert!((sum - 1.0).abs() < 1e-9);
    }
}
