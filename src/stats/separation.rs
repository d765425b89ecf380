//! How far apart segments lie. Provisional: the module of helper SEG takes its place.

use ndarray::{Array2, ArrayView2};

use super::kmeans::nearest;
use super::observed::Observed;

/// Calinski and Harabasz.
#[must_use]
pub fn calinski_harabasz(data: &Observed, labels: &[Option<usize>]) -> Option<f64> {
    let k = labels.iter().flatten().max()? + 1;
    let (v, w) = (data.values(), data.weights());
    let (mut sums, mut sizes) = (Array2::<f64>::zeros((k, v.ncols())), vec![0.0; k]);
    for (i, l) in labels.iter().enumerate() {
        if let Some(l) = l { let mut row = sums.row_mut(*l); row.scaled_add(w[i], &v.row(i)); sizes[*l] += w[i]; }
    }
    let total: f64 = sizes.iter().sum();
    let mean = sums.sum_axis(ndarray::Axis(0)) / total;
    let (mut between, mut within) = (0.0, 0.0);
    for s in 0..k { if sizes[s] > 0.0 { let c = &sums.row(s) / sizes[s]; between += sizes[s] * (&c - &mean).mapv(|x| x * x).sum(); } }
    for (i, l) in labels.iter().enumerate() { if let Some(l) = l { let c = &sums.row(*l) / sizes[*l]; within += w[i] * (&v.row(i) - &c).mapv(|x| x * x).sum(); } }
    let out = (between / (k as f64 - 1.0)) / (within / (total - k as f64));
    out.is_finite().then_some(out)
}

/// Shadow values.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    /// Mean over all rows.
    pub overall: f64,
    /// Mean of each segment.
    pub segments: Vec<Option<f64>>,
}

impl Shadow {
    /// `2·d1/(d1+d2)`.
    #[must_use]
    pub fn of(data: &Observed, centroids: ArrayView2<'_, f64>) -> Option<Self> {
        let k = centroids.nrows();
        if k < 2 { return None; }
        let (mut sums, mut sizes) = (vec![0.0; k], vec![0.0; k]);
        for (n, w) in nearest(data, centroids).into_iter().zip(data.weights()) {
            let Some(n) = n else { continue };
            let (a, b) = (n.distance, n.second?.1);
            sums[n.label] += w * if a + b > 0.0 { 2.0 * a / (a + b) } else { 1.0 };
            sizes[n.label] += w;
        }
        let segments = sums.iter().zip(&sizes).map(|(s, n)| (*n > 0.0).then(|| s / n)).collect();
        Some(Self { overall: sums.iter().sum::<f64>() / sizes.iter().sum::<f64>(), segments })
    }
}
