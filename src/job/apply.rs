//! Scoring everybody: block by block, each block a pure function of its rows and the model.

use rayon::prelude::*;

use crate::job::error::JobError;
use crate::job::obtain::Obtained;
use crate::job::project::Project;
use crate::job::watch::{Stage, Watch, Words};
use crate::model::drift::{DriftFold, DriftState};
use crate::model::drivers::{DriverFold, DriverState, RatingScale};
use crate::model::needs::NeedAssessor;
use crate::model::profile::{BlockFold, PartialState, ProfileFold, ProfileState};
use crate::model::{CustomerBlock, ScoredBlock, Scorer};
use crate::tables::intake::Intake;
use crate::tables::publish::Staging;
use crate::tables::write::{CustomerLabels, CustomersWriter, ElementScoresWriter, TableMeta};

/// Blocks scored side by side. A constant, so that memory depends neither on the threads nor on the customers.
const AT_ONCE: usize = 4;

/// What scoring left behind, beside the two customer tables: the sums of all profiles, the counts of drift, and what goes
/// with what.
pub(super) struct Applied {
    /// Sums over everybody.
    pub(super) sums: ProfileState,
    /// Distributions of everything; `None` = the model has no bins to count in.
    pub(super) drift: Option<DriftState>,
    /// Answers and outcomes of respondents, crossed.
    pub(super) drivers: DriverState,
    /// Customers scored or suppressed.
    pub(super) customers: u64,
}

impl Words for Applied {
    fn words(&self) -> String {
        format!("{} customers", self.customers)
    }
}

/// Scores every customer, writes the two customer tables, folds the profiles and counts for drift.
pub(super) fn apply(
    project: &Project,
    intake: &Intake,
    obtained: &Obtained,
    staging: &mut Staging<'_>,
    watch: &dyn Watch,
) -> Result<Applied, JobError> {
    let (settings, model) = (project.settings(), &obtained.model);
    let assessor = NeedAssessor::new(project.catalogue(), settings.needs)?;
    let scorer = Scorer::new(model, project.catalogue(), settings.apply())?.for_signals(model, intake.signal_ids());
    let fold = ProfileFold::new(model.segments().len(), assessor);
    let bins = obtained.yardstick.bins();
    let counts =
        bins.map(|bins| DriftFold::new(bins, model.segments().len(), intake.signal_ids(), intake.n_customers()));
    let crossed = DriverFold::new(model.segments().len(), RatingScale::of(model), intake.coverage().respondents);
    let meta = TableMeta { run_date: project.as_of(), model_id: model.id().to_owned() };
    let segments: Vec<String> = model.segments().iter().map(|segment| segment.id.clone()).collect();
    let indicators: Vec<String> = model.indicators().iter().map(|indicator| indicator.slug()).collect();
    let masked = project.masked_ratings();
    let labels = CustomerLabels { segments: &segments, indicators: &indicators, masked };
    let mut customers = CustomersWriter::new(staging.folder(), &meta, &labels)?;
    let mut scores = ElementScoresWriter::new(staging.folder(), &meta, masked)?;

    let total = intake.n_customers();
    let mut sums = fold.zero();
    let mut drift = counts.as_ref().map(BlockFold::zero);
    let mut drivers = crossed.zero();
    let mut done = 0;
    let mut blocks = intake.blocks()?;
    loop {
        let batch: Vec<CustomerBlock> = blocks.by_ref().take(AT_ONCE).collect::<Result<_, _>>()?;
        if batch.is_empty() {
            break;
        }
        let scored: Vec<(ScoredBlock, ProfileState, Option<DriftState>, DriverState)> = batch
            .par_iter()
            .map(|block| {
                let scored = scorer.score(block);
                let mut part = fold.zero();
                fold.fold(&mut part, block, &scored);
                let counted = counts.as_ref().map(|counts| {
                    let mut state = counts.zero();
                    counts.fold(&mut state, block, &scored);
                    state
                });
                let mut answers = crossed.zero();
                crossed.fold(&mut answers, block, &scored);
                (scored, part, counted, answers)
            })
            .collect();
        for (block, (scored, part, counted, answers)) in batch.iter().zip(scored) {
            customers.write(block, &scored)?;
            scores.write(block, &scored)?;
            sums.merge(part);
            drivers.merge(answers);
            if let (Some(drift), Some(counted)) = (&mut drift, counted) {
                drift.merge(counted);
            }
            done += block.len() as u64;
        }
        watch.progress(Stage::Score, done, Some(total));
    }
    staging.announce(customers.finish()?);
    staging.announce(scores.finish()?);
    Ok(Applied { sums, drift, drivers, customers: done })
}
