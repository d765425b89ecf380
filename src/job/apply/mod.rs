//! Scoring everybody: block by block, each block a pure function of its rows, the model and earlier nights.

mod rows;
mod tables;
mod ways;

use rayon::prelude::*;

use crate::job::error::JobError;
use crate::job::obtain::{Obtained, Origin};
use crate::job::past::Past;
use crate::job::project::Project;
use crate::job::relate::Relate;
use crate::job::watch::{Stage, Watch, Words};
use crate::model::customer::continuity::Continuity;
use crate::model::customer::needs::NeedAssessor;
use crate::model::customer::{ApplySettingsError, Scorer};
use crate::model::rows::{BlockFold, CustomerNight, PartialState, Relationship, ScoredBlock, Vocabulary};
use crate::model::segment::drift::{DriftFold, DriftState};
use crate::model::segment::lens::{LensBlock, LensFold, LensState};
use crate::model::segment::profile::{ProfileFold, ProfileState};
use crate::tables::intake::Intake;
use crate::tables::publish::Staging;

use rows::{Reader, Rows};
use tables::Tables;
pub(super) use ways::Ways;

/// Blocks scored side by side. A constant, so that memory depends neither on the threads nor on the customers.
const AT_ONCE: usize = 4;

/// What scoring left behind, beside the tables of customers: the sums of all profiles, the counts of drift, how close
/// people are, and who went where.
pub(super) struct Applied {
    /// Sums over everybody.
    pub(super) sums: ProfileState,
    /// Distributions of everything; `None` = the model has no bins to count in.
    pub(super) drift: Option<DriftState>,
    /// How close people are.
    pub(super) lens: LensState,
    /// Names that the sums of `lens` refer to.
    pub(super) words: Vocabulary,
    /// Who went where.
    pub(super) ways: Ways,
    /// Customers scored or suppressed.
    pub(super) customers: u64,
}

impl Words for Applied {
    fn words(&self) -> String {
        format!("{} customers", self.customers)
    }
}

/// What a block of customers came to.
struct Block {
    scored: ScoredBlock,
    nights: Vec<CustomerNight>,
    sums: ProfileState,
    drift: Option<DriftState>,
    lens: LensState,
    ways: Ways,
}

/// Everything blocks are scored with.
struct Passes<'a> {
    scorer: Scorer,
    continuity: Continuity,
    relate: &'a Relate<'a>,
    profiles: ProfileFold,
    drift: Option<DriftFold>,
    lens: LensFold,
}

impl<'a> Passes<'a> {
    fn new(
        project: &Project,
        (intake, obtained): (&Intake, &Obtained),
        (past, relate): (&Past, &'a Relate<'a>),
    ) -> Result<Self, JobError> {
        let (settings, model) = (project.settings(), &obtained.model);
        let segments = model.segments().len();
        let today = project.today();
        let continuity = match past.before {
            Some(_) => Continuity::after(settings.model.hysteresis, segments, (today, obtained.origin != Origin::Kept)),
            None => Continuity::begin(segments, today),
        };
        let scorer = Scorer::new(model, project.catalogue(), settings.apply())?;
        let needs = NeedAssessor::new(project.catalogue(), settings.needs).map_err(ApplySettingsError::from)?;
        let bins = obtained.yardstick.bins();
        Ok(Self {
            scorer: scorer.for_signals(model, intake.signal_ids()),
            continuity,
            relate,
            profiles: ProfileFold::new(segments, needs),
            drift: bins.map(|bins| DriftFold::new(bins, segments, intake.signal_ids(), intake.n_customers())),
            lens: relate.lens(segments),
        })
    }

    fn zero(&self) -> Applied {
        Applied {
            sums: self.profiles.zero(),
            drift: self.drift.as_ref().map(BlockFold::zero),
            lens: self.lens.zero(),
            words: Vocabulary::default(),
            ways: Ways::default(),
            customers: 0,
        }
    }

    /// A block, on one thread; nothing of other blocks is looked at.
    fn of(&self, rows: &Rows, words: &Vocabulary) -> Block {
        let block = &rows.block;
        let mut scored = self.scorer.score(block);
        let mut ways = Ways::default();
        let mut nights = Vec::with_capacity(block.len());
        for row in 0..block.len() {
            let (last, long_ago) = (rows.last(row), rows.long_ago(row));
            let why = (scored.basis[row], scored.suppressed[row]);
            let stay = self.continuity.settle(&mut scored.assignments[row], why, last);
            let night = self.relate.night((block, &scored, row), &rows.histories[row], (last, stay));
            ways.add((&scored, row), (last, long_ago), &night);
            nights.push(night);
        }
        let mut sums = self.profiles.zero();
        self.profiles.fold(&mut sums, block, &scored);
        let drift = self.drift.as_ref().map(|counts| {
            let mut state = counts.zero();
            counts.fold(&mut state, block, &scored);
            state
        });
        let mut lens = self.lens.zero();
        let relationships: Vec<Relationship> = nights.iter().map(|night| night.relationship).collect();
        let told = LensBlock {
            customers: block,
            scored: &scored,
            histories: &rows.histories,
            relationships: &relationships,
            words,
        };
        self.lens.fold(&mut lens, &told);
        Block { scored, nights, sums, drift, lens, ways }
    }
}

impl Applied {
    fn take(&mut self, rows: &Rows, block: Block) {
        self.customers += rows.block.len() as u64;
        self.sums.merge(block.sums);
        self.lens.merge(block.lens);
        self.ways.merge(block.ways);
        self.ways.left(&rows.gone);
        if let (Some(drift), Some(counted)) = (&mut self.drift, block.drift) {
            drift.merge(counted);
        }
    }
}

/// Scores every customer, writes their tables, and adds up all that is said of segments.
pub(super) fn apply(
    project: &Project,
    (intake, obtained): (&Intake, &Obtained),
    (past, relate): (&Past, &Relate<'_>),
    staging: &mut Staging<'_>,
    watch: &dyn Watch,
) -> Result<Applied, JobError> {
    let passes = Passes::new(project, (intake, obtained), (past, relate))?;
    let mut tables = Tables::create(project, &obtained.model, past, staging)?;
    let mut applied = passes.zero();
    let mut reader = Reader::open(project, intake, past)?;
    loop {
        let batch: Vec<Rows> = reader.next(AT_ONCE)?;
        if batch.is_empty() {
            break;
        }
        let words = reader.words();
        let done: Vec<Block> = batch.par_iter().map(|rows| passes.of(rows, words)).collect();
        for (rows, block) in batch.iter().zip(done) {
            tables.write(rows, &block, &passes.continuity)?;
            applied.take(rows, block);
        }
        watch.progress(Stage::Score, applied.customers, Some(intake.n_customers()));
    }
    applied.words = reader.words().clone();
    let gone = reader.rest()?;
    tables.write_gone(&gone, &passes.continuity)?;
    applied.ways.left(&gone);
    tables.finish(staging)?;
    Ok(applied)
}
