//! Given answers that are hidden before the fit: how well are they predicted, and are the standard errors honest?

use std::error::Error;

use valueseg::catalogue::Catalogue;
use valueseg::model::rows::{CustomerBlock, N_RATINGS};

use super::{fitted, scorer};

/// One given answer in this many is hidden.
const HIDE_ONE_IN: u64 = 10;
/// Half-width of a 90 % interval in standard errors.
const NINETY: f64 = 1.644_853_626_951;

/// What hidden answers showed.
pub(crate) struct HeldOut {
    pub answers: usize,
    pub rmse: f64,
    pub rmse_of_item_mean: f64,
    pub coverage: f64,
}

/// Hides one given answer in ten, fits and scores without them, and compares.
pub(crate) fn measure(blocks: &[CustomerBlock], signal_ids: &[String]) -> Result<HeldOut, Box<dyn Error>> {
    let mut shown = blocks.to_vec();
    let mut counter = 0_u64;
    for rated in shown.iter_mut().flat_map(|block| &mut block.rated) {
        for item in 0..N_RATINGS {
            if *rated >> item & 1 == 1 {
                counter += 1;
                // A fixed scramble of the running number picks every tenth answer without any pattern over items.
                if (counter.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32).is_multiple_of(HIDE_ONE_IN) {
                    *rated &= !(1 << item);
                }
            }
        }
    }
    let means = item_means(&shown);
    let model = fitted(&shown, signal_ids)?;
    let catalogue = Catalogue::embedded();
    let scorer = scorer(&model, &catalogue)?;
    let (mut answers, mut error, mut error_of_mean, mut covered) = (0, 0.0, 0.0, 0);
    for (whole, part) in blocks.iter().zip(&shown) {
        let scored = scorer.score(part);
        for row in 0..whole.len() {
            let hidden = whole.rated[row] & !part.rated[row] & scored.scored[row];
            for item in (0..N_RATINGS).filter(|item| hidden >> item & 1 == 1) {
                let answer = f64::from(whole.ratings[[row, item]]);
                let score = f64::from(scored.scores[[row, item]]);
                let se = f64::from(scored.standard_errors[[row, item]]);
                answers += 1;
                error += (answer - score).powi(2);
                error_of_mean += (answer - means[item]).powi(2);
                covered += usize::from((answer - score).abs() <= NINETY * se);
            }
        }
    }
    let n = answers as f64;
    Ok(HeldOut {
        answers,
        rmse: (error / n).sqrt(),
        rmse_of_item_mean: (error_of_mean / n).sqrt(),
        coverage: covered as f64 / n,
    })
}

fn item_means(blocks: &[CustomerBlock]) -> [f64; N_RATINGS] {
    std::array::from_fn(|item| {
        let answers: Vec<f64> = blocks
            .iter()
            .flat_map(|block| {
                (0..block.len())
                    .filter(|row| block.rated[*row] >> item & 1 == 1)
                    .map(|row| f64::from(block.ratings[[row, item]]))
                    .collect::<Vec<_>>()
            })
            .collect();
        answers.iter().sum::<f64>() / answers.len().max(1) as f64
    })
}
