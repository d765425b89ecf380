//! Where a run starts: greedy k-means++ on a sample of the rows.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::tiles::{LANES, Tiles};

/// Centroids drawn as k-means++ draws them: `k` of them, one after the other.
///
/// METHOD: each further centroid is the best of `2 + ln k` rows drawn with probability `weight · squared distance` to
/// the nearest centroid so far. Source: Arthur and Vassilvitskii (2007), k-means++, SODA; the greedy form with this
/// number of candidates is the one of scikit-learn 1.9. Draws go through the cumulative weights, so a row of weight 2
/// draws what the row twice would.
pub(super) fn plus_plus(tiles: &Tiles, k: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let candidates = 2 + (k as f64).ln() as usize;
    let first = drawn(tiles.weights(), rng);
    let mut centroids = tiles.as_centroid(first);
    let mut nearest = vec![f64::INFINITY; tiles.n_rows()];
    approach(tiles, &centroids, &mut nearest);
    let mut shares = vec![0.0; tiles.n_rows()];
    for _ in 1..k {
        for ((share, distance), weight) in shares.iter_mut().zip(&nearest).zip(tiles.weights()) {
            *share = weight * distance;
        }
        let mut best: Option<(f64, Vec<f64>, Vec<f64>)> = None;
        for _ in 0..candidates {
            let centroid = tiles.as_centroid(drawn(&shares, rng));
            let mut closer = nearest.clone();
            let left = approach(tiles, &centroid, &mut closer);
            if best.as_ref().is_none_or(|(least, ..)| left < *least) {
                best = Some((left, centroid, closer));
            }
        }
        let (_, centroid, closer) = best.expect("at least two candidates");
        centroids.extend(centroid);
        nearest = closer;
    }
    centroids
}

/// Centroids at `k` different rows, each as likely as any other whatever its weight, as R's flexclust 1.5 draws them.
pub(super) fn random_rows(tiles: &Tiles, k: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let rows = rand::seq::index::sample(rng, tiles.n_rows(), k.min(tiles.n_rows()));
    // Where there are fewer rows than clusters, the last one stands for the rest.
    let places: Vec<usize> = rows.into_iter().collect();
    (0..k).flat_map(|at| tiles.as_centroid(places[at.min(places.len() - 1)])).collect()
}

/// Lowers `nearest` to the squared distance to `centroid` where that is smaller; returns `Σ weight · nearest`.
fn approach(tiles: &Tiles, centroid: &[f64], nearest: &mut [f64]) -> f64 {
    let mut left = 0.0;
    for (tile, (rows, weights)) in nearest.chunks_mut(LANES).zip(tiles.weights().chunks(LANES)).enumerate() {
        let distances = tiles.distances(tile, centroid);
        for ((near, distance), weight) in rows.iter_mut().zip(&distances).zip(weights) {
            *near = near.min(*distance);
            left += weight * *near;
        }
    }
    left
}

/// A row drawn with probability proportional to `shares`, the first one where all are 0.
pub(super) fn drawn(shares: &[f64], rng: &mut Xoshiro256PlusPlus) -> usize {
    let total: f64 = shares.iter().sum();
    let at = rng.gen_range(0.0..1.0) * total;
    // Rounding may leave the running sum below the point drawn: then the last row with a share is the one.
    let mut sum = 0.0;
    let mut last = 0;
    for (row, share) in shares.iter().enumerate() {
        if *share > 0.0 {
            sum += share;
            last = row;
            if sum > at {
                return row;
            }
        }
    }
    last
}

/// A sample of about `wanted` rows in the order of the table, or `None` where the table has no more than that.
///
/// METHOD: systematic sampling along the cumulative weights from the offset `share` (0 to 1) of the first step: each
/// row comes as often as its weight asks for, and rows of like content come in like numbers.
pub(super) fn systematic(tiles: &Tiles, wanted: usize, share: f64) -> Option<Tiles> {
    if tiles.n_rows() <= wanted {
        return None;
    }
    let total: f64 = tiles.weights().iter().sum();
    let step = total / wanted as f64;
    let (mut rows, mut counts) = (Vec::new(), Vec::new());
    let (mut sum, mut next) = (0.0, share);
    for (row, weight) in tiles.weights().iter().enumerate() {
        sum += weight;
        let mut count = 0.0;
        // A product instead of a running sum: rounding does not add up over the rows.
        while next * step < sum {
            count += 1.0;
            next += 1.0;
        }
        if count > 0.0 {
            rows.push(row);
            counts.push(count);
        }
    }
    Some(tiles.select(&rows, counts))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2};
    use rand::SeedableRng;

    use super::*;
    use crate::observed::Observed;

    fn line(weights: &[f64]) -> Tiles {
        let values = Array2::from_shape_fn((weights.len(), 1), |(i, _)| i as f64);
        let rows: Vec<usize> = (0..weights.len()).collect();
        let data = Observed::try_new(values, Array2::from_elem((weights.len(), 1), true), Array1::ones(weights.len()));
        Tiles::new(&data.unwrap(), &rows, weights.to_vec())
    }

    #[test]
    fn a_systematic_sample_takes_each_row_as_often_as_its_weight_asks() {
        // Steps of 2 from 1: 1 lies in the second row, 3 and 5 in the third, 7 in the fifth.
        let sample = systematic(&line(&[1.0, 1.0, 4.0, 1.0, 1.0]), 4, 0.5).unwrap();
        assert_eq!(sample.weights(), &[1.0, 2.0, 1.0]);
        assert_eq!((sample.row(0), sample.row(1), sample.row(2)), (&[1.0][..], &[2.0][..], &[4.0][..]));
    }

    #[test]
    fn a_table_that_is_small_enough_is_not_sampled() {
        assert!(systematic(&line(&[1.0, 1.0]), 2, 0.5).is_none());
    }

    #[test]
    fn a_draw_follows_the_shares_and_never_takes_a_row_without_one() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let mut counts = [0usize; 4];
        (0..4_000).for_each(|_| counts[drawn(&[1.0, 0.0, 3.0, 0.0], &mut rng)] += 1);
        assert_eq!((counts[1], counts[3]), (0, 0));
        // Mean 1,000, standard deviation 27.
        assert!((900..1_100).contains(&counts[0]), "{counts:?}");
        assert_eq!(drawn(&[0.0, 0.0], &mut rng), 0);
    }

    #[test]
    fn as_many_starts_as_different_rows_take_every_row() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut centroids = plus_plus(&line(&[1.0; 6]), 6, &mut rng);
        centroids.sort_by(f64::total_cmp);
        assert_eq!(centroids, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }
}
