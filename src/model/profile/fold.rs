//! The shape of a pass over many customers: a state that merges exactly, and a fold that fills it block by block.

use super::super::{customer::CustomerBlock, scored::ScoredBlock};

/// Stored bytes that are not a state of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The bytes end too early or too late.
    #[error("a partial state of {expected} bytes was expected, got {got}")]
    Length {
        /// Bytes expected.
        expected: usize,
        /// Bytes given.
        got: usize,
    },
    /// The bytes begin with another tag: another kind of state, or another version of it.
    #[error("the bytes are no partial state of this version")]
    Tag,
}

/// What a pass over many customers leaves behind.
///
/// INVARIANT: merging is exact, associative and commutative, so any split of the customers over threads, files or
/// machines, merged in any order, gives the same bits. Floating-point sums cannot promise that; integers can.
pub trait PartialState: Sized {
    /// Adds what `other` has seen.
    fn merge(&mut self, other: Self);

    /// The state as bytes, the same for equal states.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads back what [`PartialState::to_bytes`] wrote.
    fn from_bytes(bytes: &[u8]) -> Result<Self, StateError>;
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
