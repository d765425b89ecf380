//! The pass that profiles are made of: blocks in, integer sums by segment out.

use valueseg_catalogue::{N_ELEMENTS, NeedTier};

use super::contact::{CONSENT_CHANNELS, consented, may_contact};
use super::parts::CustomerParts;
use super::sums::{CENTI, FINE, Part, ProfileSums, TierSums, heads, money_steps, steps, weight_steps};
use crate::customer::needs::NeedAssessor;
use crate::rows::{
    Aspect, BlockFold, CustomerBlock, N_RATINGS, POSTERIOR_STEPS, PartialState, Question, ScoredBlock,
    SuppressedReason, is_high,
};

/// Rows between two transfers from the 64-bit sums of a chunk to the wide sums of the state. With weights below 2³²
/// and squares of at most 2²⁰ steps, 2¹¹ rows stay below 2⁶³.
const CHUNK: usize = 2_048;

/// Largest standard error told apart, in steps of 0.01: as wide as the scale.
const ERROR_MAX: u32 = 1_023;

/// Reasons in the order counted.
const REASONS: [SuppressedReason; 4] = [
    SuppressedReason::Deceased,
    SuppressedReason::Minor,
    SuppressedReason::Objection,
    SuppressedReason::NoProfilingConsent,
];

/// Collects what segment profiles need.
#[derive(Clone, Debug)]
pub struct ProfileFold {
    segments: usize,
    needs: NeedAssessor,
}

impl ProfileFold {
    /// A pass over customers assigned to `segments` segments, their tier importance taken by `needs`.
    #[must_use]
    pub fn new(segments: usize, needs: NeedAssessor) -> Self {
        Self { segments, needs }
    }
}

/// What the pass left behind: integer sums for each segment and for the unassigned, and counts of the suppressed.
///
/// METHOD: a customer counts in every segment by the probability of being in it, so a segment's sums are expectations over
/// its members, whoever they are. Counting only the likeliest segment starves small ones: they are hardly ever anybody's
/// likeliest. Each customer's parts add up to exactly one customer.
///
/// A state of `K` segments takes about `24·(K + 2)` kilobytes whatever the number of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileState {
    /// `K` segments by probability, then the customers of whom no probability is known; together everybody.
    pub(super) groups: Vec<ProfileSums>,
    /// The customers whom the rule left without a segment, whole; most of them count in the segments as well.
    pub(super) unassigned: ProfileSums,
    /// Customers left out, in the order of [`REASONS`].
    suppressed: [u64; REASONS.len()],
}

impl ProfileState {
    /// Number of segments.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.groups.len() - 1
    }

    /// Customers seen: scored and suppressed. Equals the rows of all blocks.
    #[must_use]
    pub fn customers(&self) -> u64 {
        heads(self.groups.iter().map(|g| g.members.n).sum()) + self.suppressed.iter().sum::<u64>()
    }

    /// Share of the customers scored who have no segment, 0–1; `None` = nobody was scored.
    #[must_use]
    pub fn unassigned_share(&self) -> Option<f64> {
        let all: i128 = self.groups.iter().map(|g| g.members.n).sum();
        (all > 0).then(|| self.unassigned.members.n as f64 / all as f64)
    }

    /// Customers left out, by reason.
    pub(super) fn suppressed(&self) -> Vec<(String, u64)> {
        REASONS.iter().zip(self.suppressed).map(|(reason, n)| (reason.slug().to_owned(), n)).collect()
    }

    fn zero(segments: usize) -> Self {
        let groups = vec![ProfileSums::zero(); segments + 1];
        Self { groups, unassigned: ProfileSums::zero(), suppressed: [0; REASONS.len()] }
    }
}

impl PartialState for ProfileState {
    /// # Panics
    /// If the two states count different numbers of segments: they come from different passes.
    fn merge(&mut self, other: Self) {
        assert_eq!(self.groups.len(), other.groups.len(), "states of one pass have the same segments");
        for (mine, theirs) in self.groups.iter_mut().zip(other.groups) {
            mine.merge(theirs);
        }
        self.unassigned.merge(other.unassigned);
        for (mine, theirs) in self.suppressed.iter_mut().zip(other.suppressed) {
            *mine += theirs;
        }
    }
}

impl BlockFold for ProfileFold {
    type State = ProfileState;

    fn zero(&self) -> ProfileState {
        ProfileState::zero(self.segments)
    }

    /// # Panics
    /// If the scored block is not as long as the customer block, or names a segment beyond those of the pass.
    fn fold(&self, state: &mut ProfileState, customers: &CustomerBlock, scored: &ScoredBlock) {
        assert_eq!(customers.len(), scored.assignments.len(), "a scored block has the rows of its customers");
        // Machine words hold a chunk of rows; they are emptied into wide integers before they could overflow.
        let mut sums = vec![ChunkScores::zero(); self.segments + 1];
        let mut none = ChunkScores::zero();
        let mut parts = CustomerParts::new(self.segments);
        for start in (0..customers.len()).step_by(CHUNK) {
            for row in start..customers.len().min(start + CHUNK) {
                if let Some(reason) = scored.suppressed[row] {
                    state.suppressed[REASONS.iter().position(|r| *r == reason).expect("every reason is listed")] += 1;
                    continue;
                }
                let view = ProfileRow::new(customers, scored, row, &self.needs);
                parts.share_out(scored, row, view.weight);
                for (group, part) in parts.of_groups() {
                    view.add_scores(part, &mut sums[group]);
                    view.add_rest(part, &mut state.groups[group]);
                }
                match scored.assignments[row].segment {
                    Some(segment) => view.add_listed(&mut state.groups[usize::from(segment)]),
                    None => {
                        let whole = Part::from(view.weight);
                        view.add_scores(whole, &mut none);
                        view.add_rest(whole, &mut state.unassigned);
                        view.add_listed(&mut state.unassigned);
                    }
                }
            }
            for (chunk, group) in sums.iter_mut().zip(&mut state.groups) {
                chunk.empty_into(group);
            }
            none.empty_into(&mut state.unassigned);
        }
    }
}

/// Sums of the scores of at most [`CHUNK`] rows of one group, in machine words.
#[derive(Clone)]
struct ChunkScores {
    rows: u32,
    n: [u32; N_RATINGS],
    w: [u64; N_RATINGS],
    wx: [u64; N_RATINGS],
    wxx: [u64; N_RATINGS],
    wee: [u64; N_RATINGS],
}

impl ChunkScores {
    fn zero() -> Self {
        let none = [0; N_RATINGS];
        Self { rows: 0, n: [0; N_RATINGS], w: none, wx: none, wxx: none, wee: none }
    }

    fn empty_into(&mut self, group: &mut ProfileSums) {
        if self.rows == 0 {
            return;
        }
        let scores = &mut group.scores;
        for i in 0..N_RATINGS {
            scores.n[i] += i128::from(self.n[i]);
            for (wide, chunk) in [
                (&mut scores.w, self.w[i]),
                (&mut scores.wx, self.wx[i]),
                (&mut scores.wxx, self.wxx[i]),
                (&mut scores.wee, self.wee[i]),
            ] {
                wide[i] = wide[i].wrapping_add(i128::from(chunk));
            }
        }
        *self = Self::zero();
    }
}

/// One customer of a block.
struct ProfileRow<'a> {
    customers: &'a CustomerBlock,
    scored: &'a ScoredBlock,
    at: usize,
    weight: u32,
    /// Relative importance by tier, in steps.
    importance: [Option<i64>; NeedTier::COUNT],
}

/// A number from 0 to 8·10⁴ rounded to a whole one. Adding 2²³ leaves just the integer part in the low bits, which the
/// compiler can do for several numbers at a time.
#[inline]
fn whole(x: f32) -> u32 {
    (x + 8_388_608.0).to_bits() & 0x007f_ffff
}

impl<'a> ProfileRow<'a> {
    fn new(customers: &'a CustomerBlock, scored: &'a ScoredBlock, at: usize, needs: &NeedAssessor) -> Self {
        let importance = scored
            .scores
            .row(at)
            .as_slice()
            .map_or([None; NeedTier::COUNT], |scores| needs.importance(&scores[..N_ELEMENTS], scored.scored[at]));
        let importance = importance.map(|x| x.map(|x| steps(f64::from(x), FINE)));
        Self { customers, scored, at, weight: weight_steps(customers.weight[at]), importance }
    }

    /// The tight loop: no branch, 60 cells.
    fn add_scores(&self, part: Part, sums: &mut ChunkScores) {
        let bits = self.scored.scored[self.at];
        let (scores, errors) = (self.scored.scores.row(self.at), self.scored.standard_errors.row(self.at));
        let (Some(scores), Some(errors)) = (scores.as_slice(), errors.as_slice()) else {
            unreachable!("score arrays are made row by row");
        };
        sums.rows += 1;
        let (w, head) = (u64::from(part.w), u32::from(part.head));
        let columns = scores[..N_RATINGS].iter().zip(&errors[..N_RATINGS]);
        for (i, (&score, &error)) in columns.enumerate() {
            // 0 or 1 as a factor in place of a branch, so that the loop runs on several columns at once.
            let here = (bits >> i & 1) as u32;
            let x = u64::from(whole(score * 100.0) * here);
            let e = u64::from(whole(error * 100.0).min(ERROR_MAX) * here);
            let w = w * u64::from(here);
            sums.n[i] += head * here;
            sums.w[i] += w;
            sums.wx[i] += w * x;
            sums.wxx[i] += w * (x * x);
            sums.wee[i] += w * (e * e);
        }
    }

    fn add_rest(&self, part: Part, group: &mut ProfileSums) {
        group.members.add(part, 1);
        let other = i128::from(POSTERIOR_STEPS - part.head);
        group.doubt += i128::from(part.row) * i128::from(part.w) * other;
        self.add_answers(part, group);
        self.add_outcomes(part, group);
        self.add_needs(part, &mut group.tiers[0]);
        if self.customers.rated[self.at] != 0 {
            self.add_needs(part, &mut group.tiers[1]);
            self.add_maps(part, &mut group.tiers[1]);
        } else if self.scored.prior {
            self.add_maps(part, &mut group.tiers[0]);
        }
    }

    /// What is told of lists: who is on them and can be reached.
    fn add_listed(&self, group: &mut ProfileSums) {
        group.listed += 1;
        if let Some(p) = self.scored.assignments[self.at].probability {
            group.probability.add(self.weight, steps(f64::from(p), FINE));
        }
        self.add_reach(group);
    }

    fn add_answers(&self, part: Part, group: &mut ProfileSums) {
        let rated = self.customers.rated[self.at];
        if rated == 0 {
            return;
        }
        for (slot, mask) in [Aspect::Importance.mask(), Aspect::Fulfillment.mask(), u64::MAX].into_iter().enumerate() {
            if rated & mask != 0 {
                group.respondents[slot].add(part, 0);
            }
        }
        let ratings = self.customers.ratings.row(self.at);
        // Bit by bit: most customers answered nothing, and the others a third of the questions.
        let mut left = rated;
        while left != 0 {
            let i = left.trailing_zeros() as usize;
            left &= left - 1;
            group.answers[i].add(part, i64::from(is_high(ratings[i])));
            group.ratings[i].add(part, steps(f64::from(ratings[i]), CENTI));
        }
    }

    fn add_outcomes(&self, part: Part, group: &mut ProfileSums) {
        let row = self.at;
        if let Some(answer) = self.customers.attitudes.get(row, Question::Recommend) {
            group.promoters.add(part, i64::from(answer >= 9.0));
            group.detractors.add(part, i64::from(answer < 7.0));
        }
        if let Some(answer) = self.customers.attitudes.get(row, Question::Satisfaction) {
            group.satisfaction.add(part, steps(f64::from(answer), CENTI));
        }
        if let Some(answer) = self.customers.attitudes.get(row, Question::GoodBrand) {
            group.good_brand.add(part, i64::from(is_high(answer)));
        }
        if let Some(value) = self.customers.value_365d[row].and_then(money_steps) {
            group.value.add(part, value);
        }
    }

    fn add_needs(&self, part: Part, tiers: &mut TierSums) {
        let needs = &self.scored.needs[self.at];
        for t in 0..NeedTier::COUNT {
            if let Some(p) = needs.probabilities {
                tiers.need[t].add(part, steps(f64::from(p[t]), FINE));
            }
            if let Some(x) = needs.fulfillment[t] {
                tiers.fulfillment[t].add(part, steps(f64::from(x), CENTI));
            }
            if let Some(x) = self.importance[t] {
                tiers.importance[t].add(part, x);
            }
        }
    }

    fn add_maps(&self, part: Part, tiers: &mut TierSums) {
        let Some(drawn) = &self.scored.needs[self.at].under_maps else { return };
        for (map, tier) in tiers.maps.iter_mut().zip(drawn) {
            if let Some(tier) = tier {
                map[tier.index()] += i128::from(part.w);
            }
        }
    }

    fn add_reach(&self, group: &mut ProfileSums) {
        let flags = &self.customers.flags[self.at];
        if !may_contact(flags) || self.scored.silent[self.at] {
            return;
        }
        let agreed = CONSENT_CHANNELS.map(|channel| consented(flags, channel));
        if !agreed.contains(&true) {
            return;
        }
        // Held-out people count as comparable only if they could have been reached at all.
        if self.scored.holdout[self.at] {
            group.reach[6] += 1;
            return;
        }
        group.reach[0] += 1;
        for (count, agreed) in group.reach[1..6].iter_mut().zip(agreed) {
            *count += i128::from(agreed);
        }
    }
}
