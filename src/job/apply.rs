//! Scoring everybody: block by block, each block a pure function of its rows and the model.

use rayon::prelude::*;

use crate::job::error::JobError;
use crate::job::project::Project;
use crate::job::watch::{Stage, Watch, Words};
use crate::model::needs::NeedAssessor;
use crate::model::profile::{BlockFold, PartialState, ProfileFold, ProfileState};
use crate::model::{CustomerBlock, Model, ScoredBlock, Scorer};
use crate::tables::intake::Intake;
use crate::tables::publish::Staging;
use crate::tables::write::{CustomerLabels, CustomersWriter, ElementScoresWriter, TableMeta};

/// Blocks scored side by side. A constant, so that memory depends neither on the threads nor on the customers.
const AT_ONCE: usize = 4;

/// What scoring left behind, beside the two customer tables: the sums of all profiles.
pub(super) struct Applied {
    /// Sums over everybody.
    pub(super) sums: ProfileState,
    /// Customers scored or suppressed.
    pub(super) customers: u64,
}

impl Words for Applied {
    fn words(&self) -> String {
        format!("{} customers", self.customers)
    }
}

/// Scores every customer, writes the two customer tables and folds the profiles.
pub(super) fn apply(
    project: &Project,
    intake: &Intake,
    model: &Model,
    staging: &mut Staging<'_>,
    watch: &dyn Watch,
) -> Result<Applied, JobError> {
    let settings = project.settings();
    let assessor = NeedAssessor::new(project.catalogue(), settings.needs)?;
    let scorer = Scorer::new(model, project.catalogue(), settings.apply())?.for_signals(model, intake.signal_ids());
    let fold = ProfileFold::new(model.segments().len(), assessor);
    let meta = TableMeta { run_date: project.as_of(), model_id: model.id().to_owned() };
    let segments: Vec<String> = model.segments().iter().map(|segment| segment.id.clone()).collect();
    let indicators: Vec<String> = model.indicators().iter().map(|indicator| indicator.slug()).collect();
    let masked = project.masked_ratings();
    let labels = CustomerLabels { segments: &segments, indicators: &indicators, masked };
    let mut customers = CustomersWriter::new(staging.folder(), &meta, &labels)?;
    let mut scores = ElementScoresWriter::new(staging.folder(), &meta, masked)?;

    let total = intake.n_customers();
    let mut sums = fold.zero();
    let mut done = 0;
    let mut blocks = intake.blocks()?;
    loop {
        let batch: Vec<CustomerBlock> = blocks.by_ref().take(AT_ONCE).collect::<Result<_, _>>()?;
        if batch.is_empty() {
            break;
        }
        let scored: Vec<(ScoredBlock, ProfileState)> = batch
            .par_iter()
            .map(|block| {
                let scored = scorer.score(block);
                let mut part = fold.zero();
                fold.fold(&mut part, block, &scored);
                (scored, part)
            })
            .collect();
        for (block, (scored, part)) in batch.iter().zip(scored) {
            customers.write(block, &scored)?;
            scores.write(block, &scored)?;
            sums.merge(part);
            done += block.len() as u64;
        }
        watch.progress(Stage::Score, done, Some(total));
    }
    staging.announce(customers.finish()?);
    staging.announce(scores.finish()?);
    Ok(Applied { sums, customers: done })
}
