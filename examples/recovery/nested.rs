//! Nested models: a mixture with one more segment, or one more factor, may not fit worse.

use std::fmt::Write as _;

use linfa::prelude::*;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use valueseg::stats::draw::{mixed_seed, normal};
use valueseg::stats::mixture::FactorMixtureParams;
use valueseg::stats::observed::Observed;

use crate::Failure;
use crate::print::print_line;

/// Nats by which a fit may be worse: what an end of the iterations and the pull on class means leave.
const SLACK: f64 = 1.0;
/// Largest numbers tried.
const SEGMENTS: usize = 4;
const FACTORS: usize = 3;

/// Counts steps to a larger model that fit worse, over so many random problems.
pub(crate) fn count(problems: u64) -> Result<(), Failure> {
    let (mut steps, mut worse, mut most) = (0, 0, 0.0_f64);
    for problem in 0..problems {
        let data = random_problem(problem)?;
        let mut fits = Array2::<f64>::zeros((SEGMENTS, FACTORS + 1));
        for k in 0..SEGMENTS {
            for q in 0..=FACTORS {
                let dataset = DatasetBase::new(data.clone(), ());
                let fitted = FactorMixtureParams::new(k + 1, q).seed(problem).fit(&dataset)?;
                fits[[k, q]] = fitted.log_likelihood;
            }
        }
        for k in 0..SEGMENTS {
            for q in 0..=FACTORS {
                let larger = [(k + 1, q), (k, q + 1)];
                for to in larger.into_iter().filter(|to| to.0 < SEGMENTS && to.1 <= FACTORS) {
                    let lost = fits[[k, q]] - fits[to];
                    steps += 1;
                    if lost > SLACK {
                        worse += 1;
                        most = most.max(lost);
                        let mut text = format!("problem {problem}, {} rows: ", data.n_rows());
                        write!(text, "{} segments, {q} factors to {}, {}: {lost:.1} nats", k + 1, to.0 + 1, to.1)?;
                        print_line(&text);
                    }
                }
            }
        }
    }
    print_line(&format!(
        "{problems} problems: {worse} of {steps} steps to a larger model fit worse, by {most:.1} nats at most"
    ));
    Ok(())
}

/// A table of a random number of groups and factors, with gaps.
fn random_problem(number: u64) -> Result<Observed, Failure> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(15, number));
    let (n, j) = (rng.gen_range(120..500), rng.gen_range(5..14));
    let (groups, factors) = (rng.gen_range(1..6), rng.gen_range(0..4));
    let (apart, strength, gaps) = (rng.gen_range(0.3..2.0), rng.gen_range(0.2..1.0), rng.gen_range(0.0..0.5));
    let means = Array2::from_shape_fn((groups, j), |_| apart * normal(&mut rng));
    let loadings = Array2::from_shape_fn((j, factors), |_| strength * normal(&mut rng));
    let mut values = Array2::zeros((n, j));
    for mut row in values.rows_mut() {
        let common = loadings.dot(&Array1::from_shape_fn(factors, |_| normal(&mut rng)));
        row.assign(&(&means.row(rng.gen_range(0..groups)) + &common));
        row.mapv_inplace(|value| value + normal(&mut rng));
    }
    let present = Array2::from_shape_fn((n, j), |_| !rng.gen_bool(gaps));
    Ok(Observed::try_new(values, present, Array1::ones(n))?)
}
