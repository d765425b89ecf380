//! Solutions on bootstrap samples, held against each other and against the solution on all rows.

use crate::agreement::weighted_adjusted_rand_index;

use super::Labels;

/// Mean Jaccard from which each band holds, highest first; below the last a segment is unstable.
const BANDS: [(f64, JaccardBand); 3] =
    [(0.85, JaccardBand::HighlyStable), (0.75, JaccardBand::Stable), (0.60, JaccardBand::Doubtful)];

/// What a mean Jaccard says about a segment.
///
/// Source: Hennig (2007) and the documentation of `clusterboot` in the R package fpc; the words are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JaccardBand {
    /// Below 0.60: dissolves when the survey is repeated.
    Unstable,
    /// From 0.60: there is a pattern, but who belongs to it is doubtful.
    Doubtful,
    /// From 0.75: comes out again when the survey is repeated.
    Stable,
    /// From 0.85: comes out again nearly person by person.
    HighlyStable,
}

impl JaccardBand {
    /// The band of a mean Jaccard.
    ///
    /// # Examples
    /// The limits of Hennig (2007): 0.60, 0.75 and 0.85.
    ///
    /// ```
    /// use valueseg_stats::resample::JaccardBand;
    ///
    /// assert_eq!(JaccardBand::of(0.59), JaccardBand::Unstable);
    /// assert_eq!(JaccardBand::of(0.75), JaccardBand::Stable);
    /// assert_eq!(JaccardBand::of(0.85).name(), "highly stable");
    /// ```
    #[must_use]
    pub fn of(jaccard: f64) -> Self {
        BANDS.iter().find(|(from, _)| jaccard >= *from).map_or(Self::Unstable, |(_, band)| *band)
    }

    /// Its name: `unstable`, `doubtful`, `stable` or `highly stable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unstable => "unstable",
            Self::Doubtful => "doubtful",
            Self::Stable => "stable",
            Self::HighlyStable => "highly stable",
        }
    }
}

/// How alike the two solutions of each pair are.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Adjusted Rand index of each pair over all rows that both label, at most 1.
    pub pairs: Vec<f64>,
    /// Mean of `pairs`; `None` without a pair.
    pub mean: Option<f64>,
}

/// Labels of all rows from each of an even number of bootstrap samples; samples `2i` and `2i + 1` are a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Solutions {
    labels: Vec<Labels>,
    weights: Vec<f64>,
}

impl Solutions {
    pub(super) fn new(labels: Vec<Labels>, weights: Vec<f64>) -> Self {
        assert!(labels.iter().all(|labels| labels.len() == weights.len()), "a label for each row");
        Self { labels, weights }
    }

    /// Labels of all rows, sample by sample: `2·pairs` entries.
    ///
    /// # Examples
    /// By hand: one pair is two samples, and the function given labels every row 0.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let data = Observed::complete(array![[1.0], [2.0], [3.0]])?;
    /// let fit = |counts: &[f64], _: u64| Ok::<_, std::fmt::Error>(vec![Some(0); counts.len()]);
    /// let solutions = Resampling::new(&data, 1).solutions(1, fit)?;
    /// assert_eq!(solutions.labels(), [vec![Some(0); 3], vec![Some(0); 3]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn labels(&self) -> &[Labels] {
        &self.labels
    }

    /// Adjusted Rand index of the two solutions of each pair, rows with their weights.
    ///
    /// # Examples
    /// `adjusted_rand_score([0, 0, 1, 1], [0, 1, 0, 1])` of scikit-learn 1.9.1 is −0.5; samples 0 and 1 are a pair.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let data = Observed::complete(array![[1.0], [2.0], [3.0], [4.0]])?;
    /// let found = [[0, 0, 1, 1], [0, 1, 0, 1]];
    /// let fit = |_: &[f64], item: u64| Ok::<_, std::fmt::Error>(found[item as usize].map(Some).to_vec());
    /// let agreement = Resampling::new(&data, 1).solutions(1, fit)?.agreement();
    /// assert!((agreement.pairs[0] + 0.5).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        let index = |pair: &[Labels]| -> f64 {
            let both = pair[0].iter().zip(&pair[1]).zip(&self.weights);
            let (mut a, mut b, mut weights) = (Vec::new(), Vec::new(), Vec::new());
            for ((x, y), weight) in both {
                if let (Some(x), Some(y)) = (x, y) {
                    a.push(*x);
                    b.push(*y);
                    weights.push(*weight);
                }
            }
            weighted_adjusted_rand_index(&a, &b, &weights)
        };
        let pairs: Vec<f64> = self.labels.chunks_exact(2).map(index).collect();
        let known = !pairs.is_empty();
        let mean = known.then(|| pairs.iter().sum::<f64>() / pairs.len() as f64);
        Agreement { pairs, mean }
    }

    /// Mean over the samples of each segment's Jaccard with its best match: `|A ∩ B| / |A ∪ B|`, the largest over the
    /// clusters `B` of the sample's solution, rows with their weights.
    ///
    /// `original` labels the rows with segments `0..k`; the result has `k` numbers in `[0, 1]`, `None` for a segment
    /// without a row or where there is no sample. Rows that have no label there or here are left out.
    ///
    /// # Panics
    /// If `original` does not label every row or names a segment beyond `k`, which is an error of the caller.
    ///
    /// # Examples
    /// By hand: segment 0 is rows 0 to 2. In both samples its best match is the cluster of rows 1 to 3: 2 shared of 4.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let data = Observed::complete(array![[1.0], [2.0], [3.0], [4.0], [5.0]])?;
    /// let fit = |_: &[f64], _: u64| Ok::<_, std::fmt::Error>([0, 1, 1, 1, 2].map(Some).to_vec());
    /// let solutions = Resampling::new(&data, 1).solutions(1, fit)?;
    /// assert_eq!(solutions.jaccard(&[0, 0, 0, 1, 1].map(Some), 2), [Some(0.5), Some(0.5)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn jaccard(&self, original: &[Option<usize>], k: usize) -> Vec<Option<f64>> {
        assert_eq!(original.len(), self.weights.len(), "a label for each row");
        let mut sums = vec![(0.0, 0.0); k];
        for labels in &self.labels {
            for (sum, best) in sums.iter_mut().zip(self.best_matches(original, labels, k)) {
                if let Some(best) = best {
                    *sum = (sum.0 + best, sum.1 + 1.0);
                }
            }
        }
        sums.into_iter().map(|(sum, n)| if n > 0.0 { Some(sum / n) } else { None }).collect()
    }

    fn best_matches(&self, original: &[Option<usize>], labels: &Labels, k: usize) -> Vec<Option<f64>> {
        let clusters = labels.iter().flatten().max().map_or(0, |most| most + 1);
        let mut both = vec![0.0; k * clusters];
        let (mut segments, mut sizes) = (vec![0.0; k], vec![0.0; clusters]);
        for ((segment, cluster), weight) in original.iter().zip(labels).zip(&self.weights) {
            // Sizes count only rows that both label, or a row without an answer would look like one that moved.
            if let (Some(segment), Some(cluster)) = (*segment, *cluster) {
                both[segment * clusters + cluster] += weight;
                segments[segment] += weight;
                sizes[cluster] += weight;
            }
        }
        (0..k)
            .map(|segment| {
                let share = |cluster: usize| {
                    let common = both[segment * clusters + cluster];
                    common / (segments[segment] + sizes[cluster] - common)
                };
                let known = segments[segment] > 0.0;
                known.then(|| (0..clusters).filter(|c| sizes[*c] > 0.0).map(share).fold(0.0, f64::max))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(of: &[usize]) -> Labels {
        of.iter().map(|label| Some(*label)).collect()
    }

    #[test]
    fn bands_start_where_hennig_puts_them() {
        let found: Vec<JaccardBand> = [0.59, 0.60, 0.75, 0.85].into_iter().map(JaccardBand::of).collect();
        let expected = [JaccardBand::Unstable, JaccardBand::Doubtful, JaccardBand::Stable, JaccardBand::HighlyStable];
        assert_eq!(found, expected);
        assert_eq!(JaccardBand::of(f64::NAN), JaccardBand::Unstable);
    }

    #[test]
    fn a_jaccard_worked_by_hand() {
        // Segment 0 = rows 0..3, best match cluster 1 = rows 1..4: 2 of 4. Segment 1 = rows 3, 4: cluster 1 has one of
        // them, 1 of 4; cluster 2 = row 4 alone, 1 of 2. Segment 2 has no row.
        let solutions = Solutions::new(vec![labels(&[0, 1, 1, 1, 2])], vec![1.0; 5]);
        let found = solutions.jaccard(&labels(&[0, 0, 0, 1, 1]), 3);
        assert_eq!(found, vec![Some(0.5), Some(0.5), None]);
    }

    #[test]
    fn weights_count_in_the_jaccard() {
        let solutions = Solutions::new(vec![labels(&[0, 1, 1])], vec![1.0, 2.0, 3.0]);
        // Segment 0 = rows 0, 1 of weight 3; cluster 1 of weight 5 shares 2 of 6, cluster 0 of weight 1 shares 1 of 3.
        assert_eq!(solutions.jaccard(&labels(&[0, 0, 1]), 2), vec![Some(1.0 / 3.0), Some(0.6)]);
    }

    #[test]
    fn pairs_are_neighbors_and_rows_without_a_label_are_left_out() {
        let mut holed = labels(&[1, 1, 0, 0, 0]);
        holed[4] = None;
        let same = labels(&[0, 0, 1, 1, 0]);
        let solutions = Solutions::new(vec![same.clone(), holed, same, labels(&[0, 1, 0, 1, 0])], vec![1.0; 5]);
        let agreement = solutions.agreement();
        assert_eq!(agreement.pairs.len(), 2);
        assert!((agreement.pairs[0] - 1.0).abs() < 1e-12);
        assert!((agreement.mean.unwrap() - f64::midpoint(agreement.pairs[0], agreement.pairs[1])).abs() < 1e-12);
    }

    #[test]
    fn without_a_pair_there_is_no_mean() {
        assert_eq!(Solutions::new(Vec::new(), vec![1.0]).agreement().mean, None);
        assert_eq!(Solutions::new(Vec::new(), vec![1.0]).jaccard(&[Some(0)], 1), vec![None]);
    }
}
