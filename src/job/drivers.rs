//! What outcomes go with: a pass of its own over those who answered, before anybody is scored for the night, because what
//! to deliver next is weighed with it.

use rayon::prelude::*;

use crate::job::error::JobError;
use crate::job::obtain::Obtained;
use crate::job::project::Project;
use crate::job::watch::Words;
use crate::model::customer::Scorer;
use crate::model::customer::relationship::ConnectionRule;
use crate::model::rows::{BlockFold, CustomerBlock, PartialState};
use crate::model::segment::Profiles;
use crate::model::segment::drivers::{DriverContext, DriverFold, DriverState, Drivers, RatingScale, SolvedDrivers};
use crate::tables::intake::Intake;

/// Blocks looked at side by side: a constant, as for scoring.
const AT_ONCE: usize = 4;

/// Answers and outcomes of respondents, crossed, and what follows from them.
pub(super) struct Crossed {
    solved: SolvedDrivers,
    /// Drivers without what is stated beside them.
    pub(super) drivers: Drivers,
}

impl Words for Crossed {
    fn words(&self) -> String {
        let told = self.drivers.everyone.outcomes.iter().filter(|outcome| outcome.result.is_ok()).count();
        format!("{told} outcomes")
    }
}

/// Crosses the answers of at most [`RESPONDENTS_COUNTED`](crate::model::segment::drivers::RESPONDENTS_COUNTED) people with their
/// outcomes, by the segment that tonight's answers alone put them in.
pub(super) fn cross(project: &Project, intake: &Intake, obtained: &Obtained) -> Result<Crossed, JobError> {
    let (settings, model) = (project.settings(), &obtained.model);
    let rule = ConnectionRule::new(project.catalogue(), &settings.relationship.connection)?;
    let fold = DriverFold::new(model.segments().len(), RatingScale::of(model), intake.coverage().respondents)
        .with_connection(rule)
        .with_cuts(&settings.drivers);
    let mut state = fold.zero();
    let outcomes = !intake.coverage().attitudes.is_empty() || intake.event_sources().orders;
    if outcomes && intake.coverage().respondents > 0 {
        let scorer = Scorer::new(model, project.catalogue(), settings.apply())?;
        let scorer = scorer.for_signals(model, intake.signal_ids());
        let mut blocks = intake.blocks()?;
        loop {
            let batch: Vec<CustomerBlock> = blocks.by_ref().take(AT_ONCE).collect::<Result<_, _>>()?;
            if batch.is_empty() {
                break;
            }
            let crossed: Vec<DriverState> = batch
                .par_iter()
                .map(|block| {
                    let mut part = fold.zero();
                    let drawn = fold.drawn(block);
                    if !drawn.is_empty() {
                        let block = block.select(&drawn);
                        fold.fold(&mut part, &block, &scorer.score(&block));
                    }
                    part
                })
                .collect();
            crossed.into_iter().for_each(|part| state.merge(part));
        }
    }
    let (catalogue, settings) = (project.catalogue(), settings.drivers);
    let solved = state.solve(&DriverContext { catalogue, profiles: None, settings });
    let drivers = solved.beside(None);
    Ok(Crossed { solved, drivers })
}

impl Crossed {
    /// The drivers beside what is stated and delivered.
    pub(super) fn beside(&self, profiles: &Profiles) -> Drivers {
        self.solved.beside(Some(profiles))
    }
}
