//! Rows laid out for the kernel: in lanes of [`LANES`] for distances, one after the other for sums.

use rayon::prelude::*;

use crate::observed::Observed;

/// Rows worked on side by side.
pub(super) const LANES: usize = 8;

/// Rows of a block. Sums run block by block in order, so this number is part of what makes a result reproducible.
pub(super) const BLOCK: usize = 4_096;

/// Share of a row's weight below which what is left of a sum is rounding.
const ROUNDING: f64 = 1e-9;

/// One number of each of [`LANES`] rows.
pub(super) type Lane = [f64; LANES];

/// Weighted rows of which cells may be absent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tiles {
    columns: usize,
    /// Row by row; 0 where absent.
    values: Vec<f64>,
    /// Row by row, 1 or 0; `None` when every cell is observed.
    present: Option<Vec<f64>>,
    /// Of each row, all above 0.
    weights: Vec<f64>,
    /// `values` in lanes: column by column within a tile of [`LANES`] rows.
    lanes: Vec<Lane>,
    /// `present` in lanes.
    masks: Option<Vec<Lane>>,
    /// Weighted mean of the observed cells of each column; 0 for a column nobody answered.
    overall: Vec<f64>,
}

impl Tiles {
    /// The rows `rows` of `data` with `weights`.
    pub(super) fn new(data: &Observed, rows: &[usize], weights: Vec<f64>) -> Self {
        let columns = data.n_columns();
        let (cells, observed) = (data.values(), data.present());
        let mut values = Vec::with_capacity(rows.len() * columns);
        let mut present = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            values.extend(cells.row(*row));
            present.extend(observed.row(*row).iter().map(|is| f64::from(u8::from(*is))));
        }
        let complete = present.iter().all(|is| *is > 0.0);
        Self::from_rows(columns, values, (!complete).then_some(present), weights)
    }

    fn from_rows(columns: usize, values: Vec<f64>, present: Option<Vec<f64>>, weights: Vec<f64>) -> Self {
        let lanes = in_lanes(&values, columns);
        let masks = present.as_ref().map(|present| in_lanes(present, columns));
        let mut tiles = Self { columns, values, present, weights, lanes, masks, overall: Vec::new() };
        tiles.overall = tiles.column_means();
        tiles
    }

    fn column_means(&self) -> Vec<f64> {
        let mut sums = ClusterSums::zeros(1, self);
        (0..self.n_rows()).for_each(|row| sums.add(self, row, 0));
        let zeros = vec![0.0; self.columns];
        sums.means(&zeros)
    }

    /// The rows at `rows` with other `weights`.
    pub(super) fn select(&self, rows: &[usize], weights: Vec<f64>) -> Self {
        let gather = |cells: &[f64]| -> Vec<f64> {
            let mut out = Vec::with_capacity(rows.len() * self.columns);
            rows.iter().for_each(|row| out.extend_from_slice(&cells[row * self.columns..(row + 1) * self.columns]));
            out
        };
        let present = self.present.as_ref().map(|present| gather(present));
        Self::from_rows(self.columns, gather(&self.values), present, weights)
    }

    /// Rows of the table.
    pub(super) fn n_rows(&self) -> usize {
        self.weights.len()
    }

    /// Columns.
    pub(super) fn n_columns(&self) -> usize {
        self.columns
    }

    /// Whether a cell is absent.
    pub(super) fn has_gaps(&self) -> bool {
        self.present.is_some()
    }

    /// Row weights.
    pub(super) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Weighted mean of each column.
    pub(super) fn overall(&self) -> &[f64] {
        &self.overall
    }

    /// Values of a row; 0 where absent.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// 1 or 0 for each cell of a row; `None` when the table is complete.
    pub(super) fn mask(&self, row: usize) -> Option<&[f64]> {
        self.present.as_ref().map(|present| &present[row * self.columns..(row + 1) * self.columns])
    }

    /// A row as a place to put a centroid: overall means where it has no value of its own.
    pub(super) fn as_centroid(&self, row: usize) -> Vec<f64> {
        let values = self.row(row);
        match self.mask(row) {
            None => values.to_vec(),
            Some(mask) => (0..self.columns).map(|c| if mask[c] > 0.0 { values[c] } else { self.overall[c] }).collect(),
        }
    }

    /// Squared distances of the rows of tile `tile` to `centroid` over their observed cells.
    #[inline]
    pub(super) fn distances(&self, tile: usize, centroid: &[f64]) -> Lane {
        let span = tile * self.columns..(tile + 1) * self.columns;
        let mut sums = [0.0; LANES];
        match &self.masks {
            None => {
                for (lane, center) in self.lanes[span].iter().zip(centroid) {
                    for l in 0..LANES {
                        let difference = lane[l] - center;
                        sums[l] += difference * difference;
                    }
                }
            }
            // INVARIANT: an absent cell holds 0 and has mask 0, so it adds 0 to the distance without a branch.
            Some(masks) => {
                for ((lane, mask), center) in self.lanes[span.clone()].iter().zip(&masks[span]).zip(centroid) {
                    for l in 0..LANES {
                        let difference = lane[l] - mask[l] * center;
                        sums[l] += difference * difference;
                    }
                }
            }
        }
        sums
    }

    /// Label of the nearest of `centroids` (one after the other) and squared distance to it, of each row, written to
    /// `nearest`; ties go to the lower label.
    pub(super) fn assign(&self, centroids: &[f64], nearest: &mut [(usize, f64)]) {
        nearest.par_chunks_mut(BLOCK).enumerate().for_each(|(block, out)| {
            for (at, rows) in out.chunks_mut(LANES).enumerate() {
                let tile = block * (BLOCK / LANES) + at;
                let mut labels = [0usize; LANES];
                let mut best = [f64::INFINITY; LANES];
                for (label, centroid) in centroids.chunks_exact(self.columns).enumerate() {
                    let distances = self.distances(tile, centroid);
                    for l in 0..LANES {
                        // INVARIANT: strictly less, so that a tie goes to the lower label.
                        if distances[l] < best[l] {
                            best[l] = distances[l];
                            labels[l] = label;
                        }
                    }
                }
                rows.iter_mut().enumerate().for_each(|(l, row)| *row = (labels[l], best[l]));
            }
        });
    }

    /// Sums of the members of each of `k` clusters, block by block.
    pub(super) fn sums(&self, k: usize, nearest: &[(usize, f64)]) -> ClusterSums {
        let blocks: Vec<ClusterSums> = nearest
            .par_chunks(BLOCK)
            .enumerate()
            .map(|(block, rows)| {
                let mut sums = ClusterSums::zeros(k, self);
                rows.iter().enumerate().for_each(|(at, (label, _))| sums.add(self, block * BLOCK + at, *label));
                sums
            })
            .collect();
        // INVARIANT: blocks are added in their order, whichever thread made them: the same bits on any number of
        // threads.
        let mut blocks = blocks.into_iter();
        let first = blocks.next().unwrap_or_else(|| ClusterSums::zeros(k, self));
        blocks.fold(first, |mut sum, block| {
            sum.merge(&block);
            sum
        })
    }

    /// `Σ weight · squared distance`, block by block.
    pub(super) fn inertia(&self, nearest: &[(usize, f64)]) -> f64 {
        let block = |(rows, weights): (&[(usize, f64)], &[f64])| -> f64 {
            rows.iter().zip(weights).map(|((_, distance), weight)| weight * distance).sum()
        };
        nearest.chunks(BLOCK).zip(self.weights.chunks(BLOCK)).map(block).sum()
    }
}

fn in_lanes(cells: &[f64], columns: usize) -> Vec<Lane> {
    let rows = cells.len().checked_div(columns).unwrap_or(0);
    // Lanes after the last row stay 0; distances are computed for them and never read.
    let mut out = vec![[0.0; LANES]; rows.div_ceil(LANES) * columns];
    for (row, cells) in cells.chunks_exact(columns.max(1)).enumerate() {
        let tile = &mut out[row / LANES * columns..(row / LANES + 1) * columns];
        tile.iter_mut().zip(cells).for_each(|(lane, cell)| lane[row % LANES] = *cell);
    }
    out
}

/// Weighted sums of the members of each cluster.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClusterSums {
    columns: usize,
    /// `Σ weight` of the members of each cluster.
    pub(super) sizes: Vec<f64>,
    /// `Σ weight · value`, cluster by cluster.
    values: Vec<f64>,
    /// `Σ weight` of the members that observed each column; empty when the table is complete.
    observed: Vec<f64>,
}

impl ClusterSums {
    /// Nobody in any cluster.
    pub(super) fn zeros(k: usize, tiles: &Tiles) -> Self {
        let cells = k * tiles.columns;
        let observed = if tiles.has_gaps() { vec![0.0; cells] } else { Vec::new() };
        Self { columns: tiles.columns, sizes: vec![0.0; k], values: vec![0.0; cells], observed }
    }

    /// Takes a row in.
    pub(super) fn add(&mut self, tiles: &Tiles, row: usize, label: usize) {
        self.shift(tiles, row, label, tiles.weights[row]);
    }

    /// Takes a row out. What rounding leaves of an emptied sum becomes 0.
    pub(super) fn remove(&mut self, tiles: &Tiles, row: usize, label: usize) {
        let weight = tiles.weights[row];
        self.shift(tiles, row, label, -weight);
        let span = label * self.columns..(label + 1) * self.columns;
        for (observed, value) in
            self.observed[..].get_mut(span.clone()).into_iter().flatten().zip(&mut self.values[span])
        {
            if *observed < ROUNDING * weight {
                (*observed, *value) = (0.0, 0.0);
            }
        }
    }

    fn shift(&mut self, tiles: &Tiles, row: usize, label: usize, weight: f64) {
        self.sizes[label] += weight;
        let span = label * self.columns..(label + 1) * self.columns;
        for (sum, value) in self.values[span.clone()].iter_mut().zip(tiles.row(row)) {
            *sum += weight * value;
        }
        if let Some(mask) = tiles.mask(row) {
            self.observed[span].iter_mut().zip(mask).for_each(|(sum, is)| *sum += weight * is);
        }
    }

    fn merge(&mut self, other: &Self) {
        let pairs = [(&mut self.sizes, &other.sizes), (&mut self.values, &other.values)];
        for (into, from) in pairs.into_iter().chain([(&mut self.observed, &other.observed)]) {
            into.iter_mut().zip(from).for_each(|(sum, part)| *sum += part);
        }
    }

    /// Puts a cluster without members where its centroid is.
    pub(super) fn keep(&mut self, label: usize, tiles: &Tiles, centroids: &[f64]) {
        let span = label * tiles.columns..(label + 1) * tiles.columns;
        self.values[span.clone()].copy_from_slice(&centroids[span.clone()]);
        self.sizes[label] = 1.0;
        self.observed[..].get_mut(span).into_iter().flatten().for_each(|sum| *sum = 1.0);
    }

    /// Weight of the members of `label` that observed `column`.
    pub(super) fn observed(&self, label: usize, column: usize) -> f64 {
        if self.observed.is_empty() { self.sizes[label] } else { self.observed[label * self.columns + column] }
    }

    /// Mean of one cell, if anybody of the cluster observed it.
    pub(super) fn mean(&self, label: usize, column: usize) -> Option<f64> {
        let weight = self.observed(label, column);
        (weight > 0.0).then(|| self.values[label * self.columns + column] / weight)
    }

    /// Means of each cluster, one after the other; `otherwise` gives a column nobody of the cluster observed.
    pub(super) fn means(&self, otherwise: &[f64]) -> Vec<f64> {
        (0..self.sizes.len())
            .flat_map(|label| (0..self.columns).map(move |column| (label, column)))
            .map(|(label, column)| self.mean(label, column).unwrap_or(otherwise[column]))
            .collect()
    }
}
