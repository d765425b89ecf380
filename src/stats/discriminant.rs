//! How far signals tell known groups apart, and no further: class means shrunk in whitened space, and a
//! within-class covariance learned from everybody.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::dense::{Cholesky, symmetric_eigen};
use super::observed::Observed;

/// Rounds of "covariance within = total − between".
const ROUNDS: usize = 3;

/// Share of a signal's total variance that its variance within classes never falls below.
const LEAST_WITHIN: f64 = 0.05;

/// Class means of signals and their covariance within classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Discriminant {
    /// `(K, p)`: class means in the units of the signals, shrunk toward the overall mean.
    pub means: Array2<f64>,
    /// `(p, p)`: covariance within classes, positive definite.
    pub within: Array2<f64>,
    /// `(K)`: squared singular values of the scaled class means before shrinking, largest first; noise alone stays near
    /// `p`. Empty if the total covariance could not be factorized.
    pub strengths: Array1<f64>,
}

impl Discriminant {
    /// Learns from `labeled` rows `(n, p)` with class probabilities `given` `(n, K)`, and the covariance
    /// `total` `(p, p)` of everybody.
    ///
    /// METHOD: a class mean from `n_k` rows carries noise `W/n_k`. In the space where W = I, the matrix with rows
    /// `√n_k·(m̂_k − m̂)` is signal plus unit noise; its singular values `y` are shrunk to
    /// `√((y² − p − m)² − 4pm) / y` (0 below `√p + √m`, `m = K − 1`), the optimal rule for squared error (Gavish and
    /// Donoho 2017, IEEE Trans. Inf. Theory 63). Noise and nuisance signals so get no say. W is total minus between,
    /// much more precise from everybody than from the few who answered.
    ///
    /// # Examples
    /// One signal, 50 rows each around −2 and 2 with variance 1 within. Three rounds of the formula above for p = 1 and
    /// m = 1, by numpy 2.4.6, from W = 5: y² = 80, 333.33 and 381.68; the means end at ∓1.98949240, W at 1.04192.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::discriminant::Discriminant;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = Array2::from_shape_fn((100, 1), |(i, _)| [-3.0, -1.0, 1.0, 3.0][i % 4]);
    /// let classes = Array2::from_shape_fn((100, 2), |(i, k)| f64::from(u8::from((i % 4) / 2 == k)));
    /// let found = Discriminant::learn(&Observed::complete(rows)?, classes.view(), &array![[5.0]]);
    /// assert!((found.means[(1, 0)] - 1.989_492_40).abs() < 1e-8);
    /// assert!((found.within[(0, 0)] - 1.041_92).abs() < 1e-8);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn learn(labeled: &Observed, given: ArrayView2<'_, f64>, total: &Array2<f64>) -> Self {
        Self::learn_beside(labeled, given, None, total)
    }

    /// The same from `guessed` rows as well: the M-step of EM over both.
    ///
    /// METHOD: a guess counts as many rows as its weight times `Σ p²`, one where it is sure: what EM leaves of the information
    /// in a row whose class is not known, roughly. Our judgment.
    #[must_use]
    pub fn learn_beside(
        labeled: &Observed,
        given: ArrayView2<'_, f64>,
        guessed: Option<Guessed<'_>>,
        total: &Array2<f64>,
    ) -> Self {
        let raw = RawMeans::of(labeled, given, guessed);
        let mut within = with_floor(total, total);
        let mut means = raw.centered.clone();
        let mut strengths = Array1::zeros(0);
        // The first round whitens with the total covariance, which still holds what lies between the classes; each
        // further round has taken more of it out.
        for _ in 0..ROUNDS {
            let Some(root) = Cholesky::try_new(within.view()) else { break };
            let (shrunk, found) = shrink(&raw, &root);
            let between = weighted_outer(&shrunk, &raw.share);
            within = with_floor(&(total - &between), total);
            means = shrunk;
            strengths = found;
        }
        for mut row in means.rows_mut() {
            row += &raw.overall;
        }
        Self { means, within, strengths }
    }
}

/// Rows whose classes are guessed: what may be learned beside those whose classes are known.
#[derive(Clone, Copy, Debug)]
pub struct Guessed<'a> {
    /// `(n, p)`, the same signals.
    pub rows: &'a Observed,
    /// `(n, K)` probabilities of the classes.
    pub given: ArrayView2<'a, f64>,
    /// What a row counts in rows whose class is known, above 0.
    pub weight: f64,
}

/// Weighted class means before shrinking.
struct RawMeans {
    /// `(K, p)` minus the overall mean.
    centered: Array2<f64>,
    overall: Array1<f64>,
    /// `(K,)` shares of the classes.
    share: Array1<f64>,
    /// `(K,)` rows each class mean is worth.
    effective: Array1<f64>,
}

impl RawMeans {
    fn of(labeled: &Observed, given: ArrayView2<'_, f64>, guessed: Option<Guessed<'_>>) -> Self {
        let weighted = &given * &labeled.weights().view().insert_axis(Axis(1));
        let present = labeled.present().mapv(f64::from);
        let mut sums = weighted.t().dot(&labeled.values());
        let mut counts = weighted.t().dot(&present);
        let size = weighted.sum_axis(Axis(0));
        let squares = (&weighted * &weighted).sum_axis(Axis(0));
        // Kish's effective rows of a class, thinned to the share of cells that are known.
        let known = |counts: &Array2<f64>, size: f64| {
            counts.sum_axis(Axis(0)).mean().unwrap_or(0.0) / size.max(f64::MIN_POSITIVE)
        };
        let own = known(&counts, size.sum());
        let mut effective =
            ndarray::Zip::from(&size).and(&squares).map_collect(|s, q| if *q > 0.0 { own * s * s / q } else { 0.0 });
        let mut size = size;
        if let Some(Guessed { rows, given, weight }) = guessed {
            let weighted = &given * &rows.weights().mapv(|w| w * weight).insert_axis(Axis(1));
            let more = weighted.t().dot(&rows.present().mapv(f64::from));
            let larger = weighted.sum_axis(Axis(0));
            effective += &((&weighted * &given).sum_axis(Axis(0)) * known(&more, larger.sum()));
            sums += &weighted.t().dot(&rows.values());
            counts += &more;
            size += &larger;
        }
        let column_total = counts.sum_axis(Axis(0));
        let overall = &sums.sum_axis(Axis(0)) / &column_total.mapv(|c| if c > 0.0 { c } else { 1.0 });
        let mut centered = Array2::zeros(sums.dim());
        for ((at, target), count) in centered.indexed_iter_mut().zip(&counts) {
            // Too little evidence to call it a mean: it stays at the overall mean.
            if *count > 0.5 {
                *target = sums[at] / count - overall[at.1];
            }
        }
        let share = &size / size.sum().max(f64::MIN_POSITIVE);
        Self { centered, overall, share, effective }
    }
}

/// The class means `(K, p)` after singular value shrinkage in the space whitened by `root`, and the squared singular
/// values found.
fn shrink(raw: &RawMeans, root: &Cholesky) -> (Array2<f64>, Array1<f64>) {
    let (k, p) = raw.centered.dim();
    let mut scaled = Array2::zeros((k, p));
    for (class, row) in raw.centered.rows().into_iter().enumerate() {
        let mut white = row.to_vec();
        root.forward(&mut white);
        let factor = raw.effective[class].sqrt();
        scaled.row_mut(class).assign(&Array1::from(white).mapv(|x| x * factor));
    }
    // K × K instead of p × p: the same singular values, and classes are far fewer than signals.
    let gram = scaled.dot(&scaled.t());
    let eigen = symmetric_eigen(gram.view());
    let (pf, m) = (p as f64, k.saturating_sub(1) as f64);
    // METHOD: Gavish and Donoho's shrunken singular value divided by the one found, both in terms of y².
    let keep = eigen.values.mapv(|square| {
        let excess = square - pf - m;
        let inside = excess * excess - 4.0 * pf * m;
        if excess > 0.0 && inside > 0.0 { inside.sqrt() / square } else { 0.0 }
    });
    let projector = eigen.vectors.dot(&Array2::from_diag(&keep)).dot(&eigen.vectors.t());
    let mut shrunk = projector.dot(&scaled);
    for (class, mut row) in shrunk.rows_mut().into_iter().enumerate() {
        let factor = raw.effective[class].sqrt();
        // White x = L⁻¹d, so d = L·x.
        let white = row.to_owned();
        let back = root.lower().dot(&white);
        row.assign(&back.mapv(|x| if factor > 0.0 { x / factor } else { 0.0 }));
    }
    (shrunk, eigen.values)
}

/// `Σ_k share_k d_k d_kᵀ`.
fn weighted_outer(means: &Array2<f64>, share: &Array1<f64>) -> Array2<f64> {
    let scaled = means * &share.view().insert_axis(Axis(1));
    means.t().dot(&scaled)
}

/// The nearest matrix whose eigenvalues are at least a small share of the mean total variance.
fn with_floor(matrix: &Array2<f64>, total: &Array2<f64>) -> Array2<f64> {
    let floor = LEAST_WITHIN * total.diag().mean().unwrap_or(1.0).max(f64::MIN_POSITIVE);
    // One factorization says whether all eigenvalues are above the floor; only where not is the decomposition made.
    let mut above = matrix.clone();
    above.diag_mut().iter_mut().for_each(|d| *d -= floor);
    if Cholesky::try_new(above.view()).is_some() {
        return matrix.clone();
    }
    let eigen = symmetric_eigen(matrix.view());
    let values = eigen.values.mapv(|v| v.max(floor));
    eigen.vectors.dot(&Array2::from_diag(&values)).dot(&eigen.vectors.t())
}

/// Covariance `(p, p)` of a table with holes around its column means, each entry over the rows that know both.
///
/// # Examples
/// `cov([1, 2, 3], [2, 2, 5], bias=True)` of numpy 2.4.6: variances 2/3 and 2, covariance 1.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::discriminant::pairwise_covariance;
/// use valueseg_stats::observed::Observed;
///
/// let covariance = pairwise_covariance(&Observed::complete(array![[1.0, 2.0], [2.0, 2.0], [3.0, 5.0]])?);
/// assert!((covariance[(0, 0)] - 2.0 / 3.0).abs() < 1e-12);
/// assert!((covariance[(0, 1)] - 1.0).abs() < 1e-12);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn pairwise_covariance(table: &Observed) -> Array2<f64> {
    let present = table.present().mapv(f64::from);
    let means = table.column_moments().mean;
    // Around the means of all of a column's cells, not of each pair's rows. The mask keeps absent cells at 0.
    let centered = (&table.values() - &means.insert_axis(Axis(0))) * &present;
    let w = table.weights().view().insert_axis(Axis(1));
    let mut sums = centered.t().dot(&(&centered * &w));
    let counts = present.t().dot(&(&present * &w));
    sums.zip_mut_with(&counts, |s, n| *s = if *n > 0.0 { *s / n } else { 0.0 });
    sums
}

/// Factor analysis of a covariance matrix: loadings `(p, q)` and uniqueness `(p,)` by EM.
///
/// Source: Rubin and Thayer (1982), Psychometrika 47. Uniqueness is floored at `floor` of each variance.
///
/// # Examples
/// By hand (Spearman's triad): correlations 0.72, 0.63 and 0.56 are those of one factor with loadings √(0.72·0.63/0.56)
/// = 0.9, 0.8 and 0.7; the uniqueness of the second is 1 − 0.8² = 0.36.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::discriminant::factor_covariance;
///
/// let covariance = array![[1.0, 0.72, 0.63], [0.72, 1.0, 0.56], [0.63, 0.56, 1.0]];
/// let (loadings, uniqueness) = factor_covariance(&covariance, 1, 0.02);
/// assert!((loadings[(0, 0)].abs() - 0.9).abs() < 0.02);
/// assert!((uniqueness[1] - 0.36).abs() < 0.02);
/// ```
#[must_use]
pub fn factor_covariance(covariance: &Array2<f64>, q: usize, floor: f64) -> (Array2<f64>, Array1<f64>) {
    let p = covariance.nrows();
    let variance = covariance.diag().to_owned();
    if q == 0 || p < 2 {
        return (Array2::zeros((p, q)), variance);
    }
    let eigen = symmetric_eigen(covariance.view());
    // METHOD: EM starts at the principal components of what exceeds the mean of the other eigenvalues, the optimum if
    // all uniqueness were equal (Tipping and Bishop 1999, JRSS B 61).
    let rest = eigen.values.iter().skip(q).sum::<f64>() / (p - q.min(p - 1)) as f64;
    let mut loadings = Array2::zeros((p, q));
    for a in 0..q.min(p) {
        let size = (eigen.values[a] - rest).max(0.0).sqrt();
        loadings.column_mut(a).assign(&eigen.vectors.column(a).mapv(|x| x * size));
    }
    let unique = |common: &Array1<f64>| -> Array1<f64> {
        ndarray::Zip::from(&variance).and(common).map_collect(|v, c| (v - c).max(floor * v))
    };
    let common = (&loadings * &loadings).sum_axis(Axis(1));
    let mut psi = unique(&common);
    for _ in 0..FACTOR_ITERATIONS {
        // E-step: β = (I + ΛᵀΨ⁻¹Λ)⁻¹·ΛᵀΨ⁻¹, so that only a q × q matrix is factorized.
        let scaled = &loadings / &psi.view().insert_axis(Axis(1));
        let mut precision = loadings.t().dot(&scaled);
        precision.diag_mut().iter_mut().for_each(|d| *d += 1.0);
        let Some(factor) = Cholesky::try_new(precision.view()) else { break };
        let mut beta = scaled.t().to_owned();
        for mut column in beta.columns_mut() {
            let mut x = column.to_vec();
            factor.solve(&mut x);
            column.assign(&Array1::from(x));
        }
        // M-step: Λ = Sβᵀ·(I − βΛ + βSβᵀ)⁻¹ and Ψ = diag(S − Λ·βS).
        let cross = covariance.dot(&beta.t());
        let mut second = beta.dot(&cross);
        second -= &beta.dot(&loadings);
        second.diag_mut().iter_mut().for_each(|d| *d += 1.0);
        let Some(solver) = Cholesky::try_new(second.view()) else { break };
        let mut next = Array2::zeros((p, q));
        for c in 0..p {
            let mut x = cross.row(c).to_vec();
            solver.solve(&mut x);
            next.row_mut(c).assign(&Array1::from(x));
        }
        let common = (&next * &cross).sum_axis(Axis(1));
        psi = unique(&common);
        loadings = next;
    }
    (loadings, psi)
}

/// EM iterations of the factor analysis; each costs p²q operations.
const FACTOR_ITERATIONS: usize = 60;

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn noise(n: usize, p: usize, seed: u64) -> Array2<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Array2::from_shape_fn((n, p), |_| (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0)
    }

    fn thirds(n: usize) -> Array2<f64> {
        Array2::from_shape_fn((n, 3), |(i, k)| f64::from(u8::from(i % 3 == k)))
    }

    #[test]
    fn signals_that_are_noise_get_no_say() {
        let table = Observed::complete(noise(300, 20, 1)).unwrap();
        let found = Discriminant::learn(&table, thirds(300).view(), &pairwise_covariance(&table));
        let spread = found.means.columns().into_iter().map(|c| c[0] - c[1]).fold(0.0f64, |m, d| m.max(d.abs()));
        assert!(spread < 0.15, "{spread}");
    }

    #[test]
    fn a_sure_guess_of_weight_one_is_a_row_whose_class_is_known_and_one_of_no_weight_is_nothing() {
        let mut cells = noise(600, 4, 5);
        for (i, mut row) in cells.rows_mut().into_iter().enumerate() {
            row[0] += [-1.0, 0.0, 1.0][i % 3];
        }
        let table = Observed::complete(cells).unwrap();
        let (total, classes) = (pairwise_covariance(&table), thirds(600));
        let (some, rest): (Vec<usize>, Vec<usize>) = (0..600).partition(|row| *row < 150);
        let (labeled, guessed) = (table.select(&some), table.select(&rest));
        let (of_some, of_rest) = (classes.select(Axis(0), &some), classes.select(Axis(0), &rest));
        let beside = |weight: f64| {
            let guessed = Guessed { rows: &guessed, given: of_rest.view(), weight };
            Discriminant::learn_beside(&labeled, of_some.view(), Some(guessed), &total)
        };
        let near = |a: &Discriminant, b: &Discriminant| (&a.means - &b.means).iter().all(|d| d.abs() < 1e-9);
        assert!(near(&beside(1.0), &Discriminant::learn(&table, classes.view(), &total)));
        assert!(near(&beside(1e-12), &Discriminant::learn(&labeled, of_some.view(), &total)));
    }

    #[test]
    fn a_signal_that_separates_keeps_its_means_and_leaves_the_covariance_within() {
        let mut cells = noise(900, 5, 2);
        for (i, mut row) in cells.rows_mut().into_iter().enumerate() {
            row[0] += [-2.0, 0.0, 2.0][i % 3];
        }
        let table = Observed::complete(cells).unwrap();
        let found = Discriminant::learn(&table, thirds(900).view(), &pairwise_covariance(&table));
        assert!((found.means[(2, 0)] - found.means[(0, 0)] - 4.0).abs() < 0.3, "{}", found.means);
        assert!((found.within[(0, 0)] - 1.0).abs() < 0.15, "{}", found.within[(0, 0)]);
    }

    #[test]
    fn strong_structure_that_has_nothing_to_do_with_the_classes_moves_no_mean() {
        let mut cells = noise(900, 6, 3);
        for (i, mut row) in cells.rows_mut().into_iter().enumerate() {
            // Heavy and light buyers, in blocks that cut across the classes.
            let heavy = if (i / 3) % 2 == 0 { 3.0 } else { -3.0 };
            row.iter_mut().take(3).for_each(|x| *x += heavy);
            row[5] += [-1.0, 0.0, 1.0][i % 3];
        }
        let table = Observed::complete(cells).unwrap();
        let found = Discriminant::learn(&table, thirds(900).view(), &pairwise_covariance(&table));
        assert!((found.means[(0, 0)] - found.means[(2, 0)]).abs() < 0.3, "{}", found.means);
        assert!(found.means[(2, 5)] - found.means[(0, 5)] > 1.5);
    }

    #[test]
    fn factor_analysis_rebuilds_a_covariance_made_of_one_factor() {
        let loadings = array![0.9, 0.8, 0.7, 0.6, 0.5];
        let mut covariance = Array2::from_shape_fn((5, 5), |(i, j)| loadings[i] * loadings[j]);
        for i in 0..5 {
            covariance[(i, i)] = 1.0;
        }
        let (found, unique) = factor_covariance(&covariance, 1, 0.02);
        for i in 0..5 {
            assert!((found[(i, 0)].abs() - loadings[i]).abs() < 0.01, "{found}");
            assert!((unique[i] - (1.0 - loadings[i] * loadings[i])).abs() < 0.02);
        }
    }

    #[test]
    fn pairs_are_taken_over_rows_that_know_both() {
        let present = array![[true, true], [true, true], [true, false], [false, true]];
        let table =
            Observed::try_new(array![[1.0, 2.0], [-1.0, -2.0], [0.0, 9.0], [9.0, 0.0]], present, Array1::ones(4));
        let covariance = pairwise_covariance(&table.unwrap());
        assert!((covariance[(0, 1)] - 2.0).abs() < 1e-12);
        assert!((covariance[(0, 0)] - 2.0 / 3.0).abs() < 1e-12);
    }
}
