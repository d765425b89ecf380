//! Chances of the need tiers of every customer of a block, and what may be told of them.

use std::collections::BTreeMap;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, s};
use twox_hash::XxHash64;

use super::assessor::{IMPORTANCE_SPAN, NeedAssessor, TIERS, enough};
use super::plausible::{BANKS, Plausible, SERVED_LANES, ScoreErrors, WANTED_LANES};
use super::settings::{NeedMethod, NeedSettings, NeedSettingsError};
use crate::rows::{CustomerNeeds, N_RATINGS, NEED_MAPS, NeedState, ScoredBlock};
use valueseg_catalogue::{Catalogue, N_ELEMENTS, NeedTier};
use valueseg_stats::mixture::TILE;

/// Seed of the hash of an id that picks a bank of errors.
const BANK_SEED: u64 = 0xBA4C;

/// Sets of elements scored whose weights are kept; with more, those kept are forgotten and made again.
const MASSES_KEPT: usize = 256;

/// A gap or pull below this is none: what is just served must not fall short by the last digit of single precision.
const HAIR: f32 = 1e-3;

/// Gaps nearer than this are the same. Which of them comes first then goes by turns over the maps, so that five equal gaps
/// have a fifth of the chance each.
const TIE: f32 = 1e-4;

/// What a draw can say beside a tier's place: nothing to serve next, and growth because it pulls, not for a gap.
const NOTHING: u8 = TIERS as u8;
const PULL: u8 = TIERS as u8 + 1;

/// Reads the chances of tiers of blocks of customers. Made once a night.
#[derive(Clone, Debug)]
pub(in crate::customer) struct TierReader {
    assessor: NeedAssessor,
    plausible: Plausible,
    settings: NeedSettings,
    /// `[60]` the part of a score's error that is its own, as [`ScoreErrors::own`].
    own: [f32; N_RATINGS],
}

/// What the draws say of one customer.
struct Drawn {
    /// A tier's place, [`NOTHING`] or [`PULL`], by map.
    codes: [u8; NEED_MAPS],
    /// They say what matters most; what is served is not known.
    wanted_only: bool,
}

/// What scored elements weigh under each map.
struct Masses {
    /// One over the weight scored, by lane; 0 where nothing is.
    inverse: Vec<f32>,
    /// Bit `t`: enough of tier `t` is scored, by the catalogue's own map.
    covered: u32,
    /// One over the number of elements scored.
    per_element: f32,
}

/// Room for the rows of one bank, used again for the next.
struct Room {
    /// `(TILE, 30)` by aspect: scores, own errors, common errors; 0 where there is none.
    cells: [[Array2<f32>; 3]; 2],
    /// `(TILE, lanes)` by aspect: weighted sums.
    sums: [Array2<f32>; 2],
    /// By aspect, what sets of elements weigh.
    masses: [BTreeMap<u32, Masses>; 2],
}

impl Room {
    fn new() -> Self {
        Self {
            cells: std::array::from_fn(|_| std::array::from_fn(|_| Array2::zeros((TILE, N_ELEMENTS)))),
            sums: [Array2::zeros((TILE, WANTED_LANES)), Array2::zeros((TILE, SERVED_LANES))],
            masses: [BTreeMap::new(), BTreeMap::new()],
        }
    }
}

impl TierReader {
    /// Draws maps, orders and errors for `settings`; `errors` tells how errors of scores hang together.
    pub(in crate::customer) fn new(
        catalogue: &Catalogue,
        settings: NeedSettings,
        errors: &ScoreErrors,
    ) -> Result<Self, NeedSettingsError> {
        let assessor = NeedAssessor::new(catalogue, settings)?;
        Ok(Self { assessor, plausible: Plausible::draw(catalogue, settings, errors), settings, own: errors.own })
    }

    /// Fills the needs of every scored row of a block; `told` says whether a row's tier may be told of the customer.
    ///
    /// Under each of the maps drawn, with `w` its weights, an order `pi` and scores drawn around those known (a score as
    /// answered has no error), sums over what is scored:
    /// `F_t = Σ w·fulfillment / Σ w`, `I_t = ½ + (Σ w·importance / Σ w − mean importance)/4` within 0–1, and
    ///
    /// * weighted gap: `G_t = I_t·max(0, tau − F_t)·pi_t`, the tier with the largest; growth if every measured lower
    ///   tier reaches `tau` and `I_growth > ½`; nothing if there is neither a gap nor that pull. Without importance
    ///   scores all `I_t` count the same, and nothing is known to pull;
    /// * lowest unsatisfied: the first tier with `F_t < tau`, else growth;
    /// * importance only: the tier with the largest `I_t`. What the brand serves is not known then, so a tier is
    ///   named but the state stays [`NeedState::Undetermined`]. This method also stands in when fulfillment is not
    ///   scored.
    ///
    /// A tier takes part when at least `min_coverage` of its weight in the catalogue is scored; with more than
    /// [`super::MAX_UNCOVERED`] tiers out nothing is said. The chance of a tier is the share of draws it comes first in; it
    /// is told from `min_probability` on.
    ///
    /// METHOD: the likeliest tier of expected scores is not the tier of the person: scores of people who were not asked lie
    /// close together, and whichever tier is ahead by a hair takes nearly all of them. Drawn scores scatter as people do.
    /// Source: our judgment after Maslow, as a lens with a soft order (`docs/domain.md#need-tier-to-serve-next`).
    pub(in crate::customer) fn read(&self, ids: &[String], told: impl Fn(usize) -> bool, out: &mut ScoredBlock) {
        let mut room = Room::new();
        let mut by_bank: Vec<(u8, u32)> = (0..ids.len())
            .filter(|row| out.scored[*row] != 0)
            .map(|row| ((XxHash64::oneshot(BANK_SEED, ids[row].as_bytes()) % BANKS as u64) as u8, row as u32))
            .collect();
        by_bank.sort_unstable();
        for rows in by_bank.chunk_by(|a, b| a.0 == b.0).flat_map(|rows| rows.chunks(TILE)) {
            self.sums(rows, out, &mut room);
            for (r, (_, row)) in rows.iter().enumerate() {
                let row = *row as usize;
                let scored = out.scored[row];
                let scores = out.scores.row(row);
                let scores = scores.as_slice().expect("rows of a fresh array are contiguous");
                let served = self.assessor.served(scores, scored);
                let drawn = self.drawn(r, scored, &mut room);
                out.needs[row] = drawn.map_or(served, |drawn| self.needs(&drawn, told(row), served));
            }
        }
    }

    /// Weighted sums of the scores of some rows of one bank under every map, scores drawn.
    fn sums(&self, rows: &[(u8, u32)], out: &ScoredBlock, room: &mut Room) {
        let Some((bank, _)) = rows.first() else { return };
        let bank = &self.plausible.banks[usize::from(*bank)];
        let mut scored = 0;
        for (r, (_, row)) in rows.iter().enumerate() {
            let row = *row as usize;
            scored |= out.scored[row];
            let (scores, standard_errors) = (out.scores.row(row), out.standard_errors.row(row));
            for (aspect, cells) in room.cells.iter_mut().enumerate() {
                for e in 0..N_ELEMENTS {
                    let j = aspect * N_ELEMENTS + e;
                    let here = out.scored[row] >> j & 1 == 1;
                    let (score, error) = if here { (scores[j], standard_errors[j]) } else { (0.0, 0.0) };
                    let own = error.min(self.own[j]);
                    cells[0][(r, e)] = score;
                    cells[1][(r, e)] = own;
                    cells[2][(r, e)] = (error * error - own * own).max(0.0).sqrt();
                }
            }
        }
        for aspect in 0..2 {
            if scored >> (aspect * N_ELEMENTS) & ((1 << N_ELEMENTS) - 1) == 0 {
                continue;
            }
            let mut sums = room.sums[aspect].slice_mut(s![..rows.len(), ..]);
            let tables = [&self.plausible.weights[aspect], &bank.own[aspect], &bank.common[aspect]];
            for (at, (cells, table)) in room.cells[aspect].iter().zip(tables).enumerate() {
                let keep = if at == 0 { 0.0 } else { 1.0 };
                general_mat_mul(1.0, &cells.slice(s![..rows.len(), ..]), table, keep, &mut sums);
            }
        }
    }

    /// What each draw says of the row at place `r`; `None` where too little is scored.
    fn drawn(&self, r: usize, scored: u64, room: &mut Room) -> Option<Drawn> {
        let Room { sums, masses, .. } = room;
        for (aspect, masses) in masses.iter_mut().enumerate() {
            let set = (scored >> (aspect * N_ELEMENTS) & ((1 << N_ELEMENTS) - 1)) as u32;
            if masses.len() == MASSES_KEPT && !masses.contains_key(&set) {
                masses.clear();
            }
            masses.entry(set).or_insert_with(|| self.masses(aspect, set));
        }
        let of = |aspect: usize| {
            let set = (scored >> (aspect * N_ELEMENTS) & ((1 << N_ELEMENTS) - 1)) as u32;
            let sums = sums[aspect].row(r);
            (&masses[aspect][&set], sums.to_slice().expect("rows of a fresh array are contiguous"))
        };
        let ((wanted, wanted_sums), (served, served_sums)) = (of(0), of(1));
        let (knows_wanted, knows_served) = (enough(wanted.covered), enough(served.covered));
        let lanes = Lanes { wanted, wanted_sums, served, served_sums };
        let both = enough(served.covered & wanted.covered);
        let (tau, order) = (self.settings.tau as f32, &self.plausible.order);
        let drawn = |codes| Some(Drawn { codes, wanted_only: false });
        match (self.settings.method, knows_served, knows_wanted) {
            (NeedMethod::LowestUnsatisfied, true, _) => drawn(lanes.lowest_unsatisfied(tau)),
            (NeedMethod::WeightedGap, true, true) if !both => None,
            (NeedMethod::WeightedGap, true, wanted) => drawn(lanes.weighted_gap(tau, order, wanted)),
            (_, _, true) => Some(Drawn { codes: lanes.most_important(), wanted_only: true }),
            _ => None,
        }
    }

    fn masses(&self, aspect: usize, set: u32) -> Masses {
        let table = &self.plausible.weights[aspect];
        let mut weight = vec![0.0f32; table.ncols()];
        for e in (0..N_ELEMENTS).filter(|e| set >> e & 1 == 1) {
            weight.iter_mut().zip(table.row(e)).for_each(|(sum, w)| *sum += w);
        }
        Masses {
            inverse: weight.into_iter().map(|w| if w > 0.0 { 1.0 / w } else { 0.0 }).collect(),
            covered: self.assessor.covered(set),
            per_element: 1.0 / set.count_ones().max(1) as f32,
        }
    }

    /// Chances and what may be told, added to what is `served`.
    fn needs(&self, drawn: &Drawn, told: bool, served: CustomerNeeds) -> CustomerNeeds {
        let mut counts = [0u32; TIERS + 2];
        drawn.codes.iter().for_each(|code| counts[usize::from(*code)] += 1);
        let pulls = counts[usize::from(PULL)];
        counts[NeedTier::Growth.index()] += pulls;
        let share = |count: u32| count as f32 / NEED_MAPS as f32;
        let tier_of = |code: u8| match code {
            PULL => Some(NeedTier::Growth),
            code => NeedTier::ALL.get(usize::from(code)).copied(),
        };
        let needs = CustomerNeeds {
            probabilities: Some(std::array::from_fn(|t| share(counts[t]))),
            under_maps: Some(drawn.codes.map(tier_of)),
            told,
            ..served
        };
        if !told {
            return needs;
        }
        // A hair lower, so that six of ten are six tenths in single precision too.
        let likely = |count: u32| f64::from(share(count)) >= self.settings.min_probability - 1e-6;
        let mut order = NeedTier::ALL;
        // Stable: of equal chances the lower tier comes first.
        order.sort_by_key(|tier| std::cmp::Reverse(counts[tier.index()]));
        let possible = |tier: NeedTier| Some(tier).filter(|tier| counts[tier.index()] > 0);
        let [first, second, ..] = order;
        if likely(counts[usize::from(NOTHING)]) {
            return CustomerNeeds { state: NeedState::Balanced, ..needs };
        }
        if !likely(counts[first.index()]) {
            return CustomerNeeds { candidates: [possible(first), possible(second)], ..needs };
        }
        let state = if drawn.wanted_only {
            NeedState::Undetermined
        } else if first == NeedTier::Growth && 2 * pulls >= counts[first.index()] {
            NeedState::Growth
        } else {
            NeedState::Deficit
        };
        CustomerNeeds { tier: Some(first), state, runner_up: possible(second), ..needs }
    }
}

/// One customer under every map.
struct Lanes<'a> {
    wanted: &'a Masses,
    wanted_sums: &'a [f32],
    served: &'a Masses,
    served_sums: &'a [f32],
}

impl Lanes<'_> {
    /// `F_t` under every map, within 0–10.
    fn fulfillment(&self, t: usize) -> [f32; NEED_MAPS] {
        let lane = t * NEED_MAPS..(t + 1) * NEED_MAPS;
        let (sums, inverse) = (&self.served_sums[lane.clone()], &self.served.inverse[lane]);
        std::array::from_fn(|m| (sums[m] * inverse[m]).clamp(0.0, 10.0))
    }

    /// `I_t` under every map.
    fn importance(&self, t: usize) -> [f32; NEED_MAPS] {
        let lane = t * NEED_MAPS..(t + 1) * NEED_MAPS;
        let (sums, inverse) = (&self.wanted_sums[lane.clone()], &self.wanted.inverse[lane]);
        let all = &self.wanted_sums[TIERS * NEED_MAPS..];
        let per = self.wanted.per_element;
        std::array::from_fn(|m| (0.5 + (sums[m] * inverse[m] - all[m] * per) * (1.0 / IMPORTANCE_SPAN)).clamp(0.0, 1.0))
    }

    fn weighted_gap(&self, tau: f32, order: &[[f32; NEED_MAPS]; TIERS], wanted: bool) -> [u8; NEED_MAPS] {
        let covered = if wanted { self.served.covered & self.wanted.covered } else { self.served.covered };
        // Codes are counted in floats beside the gaps: lanes of one width.
        let (mut best, mut code) = ([0.0f32; NEED_MAPS], [f32::from(NOTHING); NEED_MAPS]);
        let (mut lower_served, mut pull) = ([1.0f32; NEED_MAPS], [0.0f32; NEED_MAPS]);
        for t in (0..TIERS).filter(|t| covered >> t & 1 == 1) {
            let served = self.fulfillment(t);
            let matters = if wanted { self.importance(t) } else { [0.5; NEED_MAPS] };
            for m in 0..NEED_MAPS {
                let gap = matters[m] * (tau - HAIR - served[m]).max(0.0) * order[t][m];
                let gap = if gap > 0.0 { gap + TIE * ((t + m) % TIERS) as f32 } else { 0.0 };
                let ahead = gap > best[m];
                best[m] = if ahead { gap } else { best[m] };
                code[m] = if ahead { t as f32 } else { code[m] };
            }
            if t == NeedTier::Growth.index() {
                for m in 0..NEED_MAPS {
                    pull[m] = if wanted && matters[m] > 0.5 + HAIR { 1.0 } else { 0.0 };
                }
            } else {
                for m in 0..NEED_MAPS {
                    lower_served[m] = if served[m] >= tau - HAIR { lower_served[m] } else { 0.0 };
                }
            }
        }
        std::array::from_fn(|m| if lower_served[m] * pull[m] > 0.0 { PULL } else { code[m] as u8 })
    }

    fn lowest_unsatisfied(&self, tau: f32) -> [u8; NEED_MAPS] {
        let mut code = [PULL; NEED_MAPS];
        for t in (0..TIERS).rev().filter(|t| self.served.covered >> t & 1 == 1) {
            let served = self.fulfillment(t);
            for m in 0..NEED_MAPS {
                code[m] = if served[m] < tau - HAIR { t as u8 } else { code[m] };
            }
        }
        code
    }

    fn most_important(&self) -> [u8; NEED_MAPS] {
        let (mut best, mut code) = ([-1.0f32; NEED_MAPS], [NOTHING; NEED_MAPS]);
        for t in (0..TIERS).filter(|t| self.wanted.covered >> t & 1 == 1) {
            let matters = self.importance(t);
            for m in 0..NEED_MAPS {
                let matters = matters[m] + TIE * ((t + m) % TIERS) as f32;
                let ahead = matters > best[m];
                best[m] = if ahead { matters } else { best[m] };
                code[m] = if ahead { t as u8 } else { code[m] };
            }
        }
        code
    }
}

const _: () = assert!(N_RATINGS == 2 * N_ELEMENTS && BANKS <= 256);
