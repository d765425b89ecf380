//! Row weights on the scale that everything behind the intake counts on: their mean is 1.
//!
//! Only the ratios of weights mean something. Whoever gives them per mille, as people of a country or as anything else gets the
//! same night: the mean is taken out here, once, before a weight meets a threshold or a sum in whole steps.

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Float64Type;

use super::error::IntakeError;
use super::scratch::ScratchTable;

/// Name of the column.
pub(super) const WEIGHT: &str = "weight";

/// Customers from which their weights are looked at. Our judgment: of fewer, one may well stand for most.
const LEAST_CUSTOMERS: u64 = 20;

/// Least effective number of customers.
///
/// METHOD: Kish's effective number, (Σw)²/Σw² (Kish 1965), is what the weights leave of the base; ten as the least is our
/// judgment: what fewer say is a story of them and of nobody else, and no customer can be placed by it.
const LEAST_EFFECTIVE: f64 = 10.0;

/// Largest weight, in means. Our judgment: beyond it a weight is a mistake; whole steps of weights, in which groups are added up,
/// reach to 65,535 of them.
const MOST_MEANS: f64 = 10_000.0;

/// Low bits of a double that are left out of a weight.
///
/// METHOD: 32 bits are kept, a relative error below 10⁻⁹. The mean of weights that were multiplied by a constant differs in its last
/// bits from the mean multiplied; without these bits the weights are the same again.
const LEFT_OUT: u32 = 20;

/// What weights are held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weights {
    mean: f64,
}

impl Weights {
    /// Learns from the weights of all customers, in their order; `None` where none has one.
    ///
    /// # Errors
    /// [`IntakeError::Weights`] where a few customers outweigh all others, [`IntakeError::Scratch`] if scratch cannot be read.
    pub(super) fn learn(customers: &ScratchTable) -> Result<Option<Self>, IntakeError> {
        let Ok(at) = customers.columns().index_of(WEIGHT) else { return Ok(None) };
        let broken = |what: String| IntakeError::Scratch {
            path: customers.path().to_owned(),
            source: std::io::Error::other(what),
        };
        let mut sums = WeightSums::default();
        for batch in customers.read(&[at], None)? {
            let batch = batch.map_err(|error| broken(error.to_string()))?;
            batch.column(0).as_primitive::<Float64Type>().iter().flatten().for_each(|weight| sums.add(weight));
        }
        sums.judged()
    }

    /// A weight in means; an absent one is the mean.
    pub(super) fn relative(self, weight: Option<f64>) -> f64 {
        weight.map_or(1.0, |weight| shortened(weight / self.mean))
    }
}

/// Sums over weights in a fixed order.
#[derive(Debug, Default)]
struct WeightSums {
    n: u64,
    /// Their sum, and what rounding took from it.
    sum: f64,
    lost: f64,
    squares: f64,
    most: f64,
}

impl WeightSums {
    fn add(&mut self, weight: f64) {
        let sum = self.sum + weight;
        // METHOD: Neumaier's sum (1974): the rounding error of each addition is kept beside it.
        self.lost += if self.sum >= weight { (self.sum - sum) + weight } else { (weight - sum) + self.sum };
        self.sum = sum;
        self.n += 1;
        self.squares += weight * weight;
        self.most = self.most.max(weight);
    }

    fn judged(&self) -> Result<Option<Weights>, IntakeError> {
        if self.n == 0 {
            return Ok(None);
        }
        let total = self.sum + self.lost;
        let (mean, effective) = (total / self.n as f64, total * (total / self.squares));
        let outweighed = self.n >= LEAST_CUSTOMERS && effective < LEAST_EFFECTIVE || self.most > MOST_MEANS * mean;
        if outweighed {
            return Err(IntakeError::Weights { customers: self.n, effective, largest: self.most / mean });
        }
        Ok(Some(Weights { mean }))
    }
}

/// A positive number to the nearest that has [`LEFT_OUT`] low bits of nought.
fn shortened(x: f64) -> f64 {
    let half = 1u64 << (LEFT_OUT - 1);
    f64::from_bits((x.to_bits() + half) >> LEFT_OUT << LEFT_OUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relative(weights: &[f64]) -> Result<Vec<u64>, IntakeError> {
        let mut sums = WeightSums::default();
        weights.iter().for_each(|weight| sums.add(*weight));
        let learned = sums.judged()?.expect("there are weights");
        Ok(weights.iter().map(|weight| learned.relative(Some(*weight)).to_bits()).collect())
    }

    #[test]
    fn weights_have_a_mean_of_one_and_an_absent_one_is_the_mean() {
        let want: Vec<u64> = [0.5, 1.0, 1.5].iter().map(|x: &f64| x.to_bits()).collect();
        assert_eq!(relative(&[2.0, 4.0, 6.0]).expect("fine"), want);
        assert_eq!(Weights { mean: 4.0 }.relative(None).to_bits(), 1.0f64.to_bits());
    }

    #[test]
    fn multiplying_all_weights_by_a_constant_changes_no_bit() {
        let weights: Vec<f64> = (0..5_000).map(|i| 0.1 + f64::from(i % 37) * 0.37).collect();
        let own = relative(&weights).expect("fine");
        for factor in [1e-90, 1e-6, 0.001, 0.5, 3.0, 1.0 / 7.0, 1024.0, 12_345.678, 1e12, 1e80] {
            let scaled: Vec<f64> = weights.iter().map(|weight| weight * factor).collect();
            assert_eq!(relative(&scaled).expect("fine"), own, "{factor}");
        }
    }

    #[test]
    fn weights_by_which_a_few_outweigh_all_others_are_refused() {
        let mut weights = vec![1.0; 1_000];
        weights[7] = 1e12;
        assert!(
            matches!(relative(&weights), Err(IntakeError::Weights { customers: 1_000, effective, .. }) if effective < 1.01)
        );
        weights[7] = 100.0;
        assert!(relative(&weights).is_ok());
        // By hand: nine of 1,000 and 991 of nearly nothing count as nine.
        let nine: Vec<f64> = (0..1_000).map(|i| if i < 9 { 1.0 } else { 1e-9 }).collect();
        assert!(
            matches!(relative(&nine), Err(IntakeError::Weights { effective, .. }) if (effective - 9.0).abs() < 0.01)
        );
        assert!(relative(&[1.0, 1e6]).is_ok(), "of two customers one may well stand for most");
    }
}
