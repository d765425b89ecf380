//! The log likelihood of a table in double precision: what fits are reported and compared by.
//!
//! The E-step works in single precision and tells the likelihood of the parameters before its last step. That is enough to
//! stop by, not to say which of two nested models fits better.

use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;

use super::coarse::Blur;
use super::fitted::FactorMixture;
use super::tile::TILE;
use crate::dense::Cholesky;
use crate::observed::Observed;

/// `Σ w log p(v_O)`, for columns of few steps with the part of their answers.
pub(super) fn log_likelihood(data: &Observed, model: &FactorMixture, blur: &Blur) -> f64 {
    let of_answer: Vec<f64> = (0..data.n_columns()).map(|c| blur.of_answer(c, model.uniqueness[c])).collect();
    let rows = row_log_likelihoods(data, model);
    let coarse =
        |row: ArrayView1<'_, bool>| row.iter().zip(&of_answer).filter(|(is, _)| **is).map(|(_, x)| x).sum::<f64>();
    let present = data.present();
    let all = rows.iter().zip(present.rows()).zip(data.weights());
    all.map(|((l, present), w)| w * (l + coarse(present))).sum()
}

/// `log p(v_O)` of each row.
pub(super) fn row_log_likelihoods(data: &Observed, model: &FactorMixture) -> Vec<f64> {
    let starts: Vec<usize> = (0..data.n_rows()).step_by(TILE).collect();
    let parts: Vec<Vec<f64>> = starts
        .into_par_iter()
        .map(|start| {
            let mut table: Option<MaskTable> = None;
            (start..data.n_rows().min(start + TILE))
                .map(|row| {
                    let mask = data.present();
                    let mask = mask.row(row);
                    // Neighbors often answered the same questions: then what depends on these alone is there already.
                    let table = match table.take() {
                        Some(known) if known.mask == mask => table.insert(known),
                        _ => table.insert(MaskTable::new(model, mask)),
                    };
                    table.log_density(model, data.values().row(row))
                })
                .collect()
        })
        .collect();
    parts.concat()
}

/// What depends on which cells are present alone.
struct MaskTable {
    mask: Array1<bool>,
    cells: Vec<usize>,
    /// `P = I + Λ_Oᵀ Ψ_O⁻¹ Λ_O`.
    factor: Option<Cholesky>,
    /// `(K, q)`: `Λ_Oᵀ Ψ_O⁻¹ μ_kO`.
    projected: Array2<f64>,
    /// `|O| log 2π + log|P| + Σ_O log ψ`.
    constant: f64,
    log_class: Vec<f64>,
}

impl MaskTable {
    fn new(model: &FactorMixture, mask: ArrayView1<'_, bool>) -> Self {
        let (k, q) = (model.n_classes(), model.n_factors());
        let cells: Vec<usize> = (0..mask.len()).filter(|c| mask[*c]).collect();
        let mut precision = Array2::<f64>::eye(q);
        let mut projected = Array2::<f64>::zeros((k, q));
        let mut constant = 0.0;
        for &c in &cells {
            let psi = model.uniqueness[c];
            constant += (std::f64::consts::TAU * psi).ln();
            for a in 0..q {
                let scaled = model.loadings[(c, a)] / psi;
                for b in 0..=a {
                    precision[(a, b)] += scaled * model.loadings[(c, b)];
                }
                for class in 0..k {
                    projected[(class, a)] += scaled * model.means[(class, c)];
                }
            }
        }
        for a in 0..q {
            for b in 0..a {
                precision[(b, a)] = precision[(a, b)];
            }
        }
        let factor = if q == 0 { None } else { Cholesky::try_new(precision.view()) };
        constant += factor.as_ref().map_or(0.0, Cholesky::log_determinant);
        let log_class = model.class_weights.iter().map(|w| w.max(f64::MIN_POSITIVE).ln()).collect();
        Self { mask: mask.to_owned(), cells, factor, projected, constant, log_class }
    }

    fn log_density(&self, model: &FactorMixture, values: ArrayView1<'_, f64>) -> f64 {
        let (k, q) = (model.n_classes(), model.n_factors());
        let mut along = vec![0.0; q];
        let mut squares = vec![0.0; k];
        for &c in &self.cells {
            let (value, inverse) = (values[c], 1.0 / model.uniqueness[c]);
            for (a, sum) in along.iter_mut().enumerate() {
                *sum += value * inverse * model.loadings[(c, a)];
            }
            for (class, sum) in squares.iter_mut().enumerate() {
                *sum += (value - model.means[(class, c)]).powi(2) * inverse;
            }
        }
        let joint: Vec<f64> = (0..k)
            .map(|class| {
                let mut white: Vec<f64> =
                    along.iter().enumerate().map(|(a, x)| x - self.projected[(class, a)]).collect();
                if let Some(factor) = &self.factor {
                    factor.forward(&mut white);
                }
                let explained: f64 = white.iter().map(|x| x * x).sum();
                self.log_class[class] - 0.5 * (self.constant + squares[class] - explained)
            })
            .collect();
        let top = joint.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        top + joint.iter().map(|x| (x - top).exp()).sum::<f64>().ln()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn it_is_the_log_density_of_a_normal_mixture() {
        // `multivariate_normal.logpdf([1, 0], m, S)` of scipy 1.17.1 with S = ΛΛᵀ + Ψ: −2.24944884 and −2.64944884.
        let mixture = FactorMixture {
            class_weights: array![0.5, 0.5],
            means: array![[0.0, 0.0], [2.0, 1.0]],
            loadings: array![[1.0], [0.5]],
            uniqueness: array![1.0, 0.5],
        };
        let data = Observed::complete(array![[1.0, 0.0]]).unwrap();
        let expected = (0.5 * (-2.249_448_84f64).exp() + 0.5 * (-2.649_448_84f64).exp()).ln();
        assert!((row_log_likelihoods(&data, &mixture)[0] - expected).abs() < 1e-8);
        assert!((log_likelihood(&data, &mixture, &Blur::none(2)) - expected).abs() < 1e-8);
    }

    #[test]
    fn a_row_without_an_answer_says_nothing() {
        let mixture = FactorMixture {
            class_weights: array![0.25, 0.75],
            means: array![[0.0], [3.0]],
            loadings: Array2::zeros((1, 0)),
            uniqueness: array![4.0],
        };
        let data = Observed::try_new(array![[0.0]], array![[false]], array![1.0]).unwrap();
        assert!(row_log_likelihoods(&data, &mixture)[0].abs() < 1e-12);
    }
}
