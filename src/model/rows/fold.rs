//! The shape of a pass over many customers: a state that merges exactly, and a fold that fills it block by block.

use super::customer::CustomerBlock;
use super::scored::ScoredBlock;

/// What a pass over many customers leaves behind.
///
/// INVARIANT: merging is exact, associative and commutative, so any split of the customers over threads, files or
/// machines, merged in any order, gives the same bits. Floating-point sums cannot promise that; integers can.
pub trait PartialState: Sized {
    /// Adds what `other` has seen.
    fn merge(&mut self, other: Self);
}

/// One pass: parameters inside, a fold over blocks, nothing else.
pub trait BlockFold {
    /// What the pass leaves behind.
    type State: PartialState;

    /// The state before the first customer; merging it changes nothing.
    fn zero(&self) -> Self::State;

    /// Adds a block. Row `i` of `scored` belongs to row `i` of `customers`.
    fn fold(&self, state: &mut Self::State, customers: &CustomerBlock, scored: &ScoredBlock);
}
