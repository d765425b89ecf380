//! A pass over all customers: blocks are read in order, worked side by side, and taken in order.

use rayon::prelude::*;

use crate::job::error::JobError;
use crate::model::rows::CustomerBlock;
use crate::tables::intake::Blocks;

/// Blocks worked side by side. A constant, so that memory depends neither on the threads nor on the customers.
const AT_ONCE: usize = 4;

/// Where a pass gets its blocks from.
pub(super) trait BlockSource {
    /// A block of customers, with what is known of them.
    type Block: Send + Sync;
    /// What the blocks read so far have in common.
    type Shared: Sync;

    /// The next block; `None` = there is no more.
    fn next_block(&mut self) -> Result<Option<Self::Block>, JobError>;

    /// What the blocks read so far have in common.
    fn shared(&self) -> &Self::Shared;
}

impl BlockSource for Blocks<'_> {
    type Block = CustomerBlock;
    type Shared = ();

    fn next_block(&mut self) -> Result<Option<CustomerBlock>, JobError> {
        Ok(self.next().transpose()?)
    }

    fn shared(&self) -> &() {
        &()
    }
}

/// Lets `work` look at each block by itself, on any thread, and hands what it made of them to `take`, in the order of the
/// blocks.
pub(super) fn run_pass<S: BlockSource, T: Send>(
    source: &mut S,
    work: impl Fn(&S::Block, &S::Shared) -> T + Sync,
    mut take: impl FnMut(&S::Block, T) -> Result<(), JobError>,
) -> Result<(), JobError> {
    loop {
        let next = std::iter::from_fn(|| source.next_block().transpose());
        let batch: Vec<S::Block> = next.take(AT_ONCE).collect::<Result<_, _>>()?;
        if batch.is_empty() {
            return Ok(());
        }
        let shared = source.shared();
        let done: Vec<T> = batch.par_iter().map(|block| work(block, shared)).collect();
        for (block, done) in batch.iter().zip(done) {
            take(block, done)?;
        }
    }
}
