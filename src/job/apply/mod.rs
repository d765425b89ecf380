//! Scoring everybody: block by block, each block a pure function of its rows, the model and earlier nights.

mod flows;
mod rows;
mod tables;

use crate::job::error::JobError;
use crate::job::experiments;
use crate::job::obtain::Origin;
use crate::job::pass::{BlockSource as _, run_pass};
use crate::job::relationship_rules::RelationshipRules;
use crate::job::room::Room;
use crate::job::tonight::Tonight;
use crate::job::watch::{Stage, Watch, Words};
use crate::model::customer::continuity::Continuity;
use crate::model::customer::needs::NeedAssessor;
use crate::model::customer::{ApplySettingsError, Scorer};
use crate::model::effect::{EffectFold, EffectRows, EffectState};
use crate::model::plan::Prospect;
use crate::model::rows::{
    BlockFold, CustomerNight, CustomerRef, OpenMatter, PartialState, Relationship, ScoredBlock, Vocabulary,
};
use crate::model::segment::crosstab::{CrosstabBlock, CrosstabFold, CrosstabState};
use crate::model::segment::drift::{DriftFold, DriftState};
use crate::model::segment::lens::{LensBlock, LensFold, LensState};
use crate::model::segment::profile::{ProfileFold, ProfileState};
use crate::model::segment::rfm::{RfmBlock, RfmFold, RfmState};
use crate::tables::write::HeldCustomers;

use flows::SegmentFlows;
use rows::{Reader, Rows};
use tables::Tables;

/// What scoring left behind, beside the tables of customers: the sums of all profiles, the counts of drift, how close
/// people are, and who went where.
pub(super) struct Applied {
    /// Sums over everybody.
    pub(super) sums: ProfileState,
    /// Distributions of everything; `None` = the model has no bins to count in.
    pub(super) drift: Option<DriftState>,
    /// How close people are.
    pub(super) lens: LensState,
    /// Who is in the groups.
    pub(super) crosstab: CrosstabState,
    /// Ready-made groups beside the segments.
    pub(super) rfm: RfmState,
    /// Names that the sums of `lens` refer to.
    pub(super) words: Vocabulary,
    /// Who went where.
    pub(super) flows: SegmentFlows,
    /// What treated and untreated customers did.
    pub(super) effects: EffectState,
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
    prospects: Vec<Prospect>,
    /// What is open, by row; rows of whom nothing is are not there.
    open: Vec<(usize, Vec<OpenMatter>)>,
    sums: ProfileState,
    drift: Option<DriftState>,
    lens: LensState,
    crosstab: CrosstabState,
    rfm: RfmState,
    flows: SegmentFlows,
    effects: EffectState,
}

/// Everything blocks are scored with.
struct Passes<'a> {
    scorer: Scorer,
    continuity: Continuity,
    rules: &'a RelationshipRules<'a>,
    profiles: ProfileFold,
    drift: Option<DriftFold>,
    lens: LensFold,
    crosstab: CrosstabFold,
    rfm: RfmFold,
    effects: EffectFold,
}

impl<'a> Passes<'a> {
    fn new(tonight: &Tonight<'_>, rules: &'a RelationshipRules<'a>) -> Result<Self, JobError> {
        let Tonight { project, intake, obtained, earlier } = tonight;
        let (settings, model) = (project.settings(), tonight.model());
        let segments = model.segments().len();
        let today = project.today();
        let new_model = obtained.origin != Origin::Kept;
        let continuity = match earlier.before {
            Some(_) => Continuity::after(settings.model.hysteresis, segments, today, new_model),
            None => Continuity::begin(segments, today),
        };
        let scorer = Scorer::new(model, project.catalogue(), settings.apply())?;
        let needs = NeedAssessor::new(project.catalogue(), settings.needs).map_err(ApplySettingsError::from)?;
        let bins = obtained.yardstick.bins();
        Ok(Self {
            scorer: scorer.for_signals(model, intake.signal_ids()),
            continuity,
            rules,
            profiles: ProfileFold::new(segments, needs),
            drift: bins.map(|bins| DriftFold::new(bins, segments, intake.signal_ids(), intake.n_customers())),
            lens: rules.lens(segments),
            crosstab: CrosstabFold::new(segments, project.descriptors(intake), settings.descriptors.clone()),
            rfm: rules.ready_made(segments),
            effects: experiments::fold(tonight)?,
        })
    }

    fn zero(&self) -> Applied {
        Applied {
            sums: self.profiles.zero(),
            drift: self.drift.as_ref().map(BlockFold::zero),
            lens: self.lens.zero(),
            crosstab: self.crosstab.zero(),
            rfm: self.rfm.zero(),
            words: Vocabulary::default(),
            flows: SegmentFlows::default(),
            effects: EffectState::default(),
            customers: 0,
        }
    }

    /// A block, on one thread; nothing of other blocks is looked at.
    fn of(&self, rows: &Rows, words: &Vocabulary) -> Block {
        let block = &rows.block;
        let mut scored = self.scorer.score(block);
        let mut flows = SegmentFlows::default();
        let mut nights = Vec::with_capacity(block.len());
        for row in 0..block.len() {
            let (last, long_ago) = (rows.last(row), rows.long_ago(row));
            let (basis, suppressed) = (scored.basis[row], scored.suppressed[row]);
            let stay = self.continuity.settle(&mut scored.assignments[row], basis, suppressed, last);
            let customer = CustomerRef { block, scored: &scored, row };
            let night = self.rules.night(customer, &rows.histories[row], last, stay);
            flows.add(customer, last, long_ago, &night);
            nights.push(night);
        }
        for (silent, night) in scored.silent.iter_mut().zip(&nights) {
            *silent = night.relationship.silent();
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
        let mut crosstab = self.crosstab.zero();
        let (histories, groups): (_, Vec<_>) = (&rows.histories, nights.iter().map(|night| night.rfm).collect());
        let described = CrosstabBlock { customers: block, scored: &scored, histories, words, rfm: &groups };
        self.crosstab.fold(&mut crosstab, &described);
        let mut rfm = self.rfm.zero();
        self.rfm.fold(&mut rfm, &RfmBlock { customers: block, scored: &scored, histories });
        let customer = |row| CustomerRef { block, scored: &scored, row };
        let prospects = (0..block.len())
            .map(|row| self.rules.prospect(customer(row), &rows.histories[row], &nights[row]))
            .collect();
        let open = (0..block.len()).filter(|row| nights[*row].relationship.open.any());
        let open = open.map(|row| (row, self.rules.open_matters(customer(row), &rows.histories[row]))).collect();
        let mut effects = EffectState::default();
        let counts: Vec<bool> = scored.suppressed.iter().map(Option::is_none).collect();
        let rows = EffectRows { histories, enrolled: &rows.enrolled, counts: &counts, words };
        self.effects.fold(&mut effects, &rows);
        Block { scored, nights, prospects, open, sums, drift, lens, crosstab, rfm, flows, effects }
    }
}

impl Applied {
    fn take(&mut self, rows: &Rows, block: Block) {
        self.customers += rows.block.len() as u64;
        self.sums.merge(block.sums);
        self.lens.merge(block.lens);
        self.crosstab.merge(block.crosstab);
        self.rfm.merge(block.rfm);
        self.flows.merge(block.flows);
        self.effects.merge(block.effects);
        self.flows.add_absent(&rows.gone);
        if let (Some(drift), Some(counted)) = (&mut self.drift, block.drift) {
            drift.merge(counted);
        }
    }
}

/// What scoring left behind, and the table of customers, which waits for the plans.
pub(super) struct Scored {
    pub(super) applied: Applied,
    pub(super) customers: HeldCustomers,
}

impl Words for Scored {
    fn words(&self) -> String {
        self.applied.words()
    }
}

/// Scores every customer, writes their tables, and adds up all that is said of segments.
pub(super) fn apply(
    tonight: &Tonight<'_>,
    rules: &RelationshipRules<'_>,
    room: &mut Room<'_>,
    watch: &dyn Watch,
) -> Result<Scored, JobError> {
    let Room { staging, scratch } = room;
    let passes = Passes::new(tonight, rules)?;
    let mut tables = Tables::create(&tonight.project, tonight.model(), &tonight.earlier, staging, scratch.folder())?;
    let mut applied = passes.zero();
    let mut reader = Reader::open(tonight)?;
    let score = |rows: &Rows, words: &Vocabulary| passes.of(rows, words);
    run_pass(&mut reader, score, |rows, block| {
        tables.write(rows, &block, &passes.continuity)?;
        applied.take(rows, block);
        watch.progress(Stage::Score, applied.customers, Some(tonight.intake.n_customers()));
        Ok(())
    })?;
    applied.words = reader.shared().clone();
    let gone = reader.rest()?;
    tables.write_gone(&gone, &passes.continuity)?;
    applied.flows.add_absent(&gone);
    let customers = tables.finish(staging)?;
    Ok(Scored { applied, customers })
}
