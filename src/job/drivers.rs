//! What outcomes go with: a pass of its own over those who answered, before anybody is scored for the night, because what
//! to deliver next is weighed with it.

use crate::job::error::JobError;
use crate::job::pass::run_pass;
use crate::job::settings::Settings;
use crate::job::tonight::Tonight;
use crate::job::watch::Words;
use crate::model::customer::Scorer;
use crate::model::customer::relationship::ConnectionRule;
use crate::model::rows::{BlockFold, CustomerBlock, PartialState};
use crate::model::segment::drivers::{DriverContext, DriverFold, Drivers, Outcome, RatingScale, SolvedDrivers};
use crate::model::segment::{Noise, Profiles};
use crate::tables::spec::TableName;

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
pub(super) fn cross(tonight: &Tonight<'_>) -> Result<Crossed, JobError> {
    let Tonight { project, intake, .. } = tonight;
    let (settings, model) = (project.settings(), tonight.model());
    let rule = ConnectionRule::new(project.catalogue(), &settings.relationship.connection)?;
    let fold = DriverFold::new(model.segments().len(), RatingScale::of(model), intake.coverage().respondents)
        .with_connection(rule)
        .with_cuts(&settings.drivers);
    let mut state = fold.zero();
    let outcomes = !intake.coverage().attitudes.is_empty() || intake.event_sources().orders;
    if outcomes && intake.coverage().respondents > 0 {
        let scorer = Scorer::new(model, project.catalogue(), settings.apply())?;
        let scorer = scorer.for_signals(model, intake.signal_ids());
        let cross = |block: &CustomerBlock, (): &()| {
            let mut part = fold.zero();
            let drawn = fold.drawn(block);
            if !drawn.is_empty() {
                let block = block.select(&drawn);
                fold.fold(&mut part, &block, &scorer.score(&block));
            }
            part
        };
        run_pass(&mut intake.blocks()?, cross, |_, part| {
            state.merge(part);
            Ok(())
        })?;
    }
    let settled = settled(settings);
    let (catalogue, settings) = (project.catalogue(), settings.drivers);
    let solved = state.solve(&DriverContext { catalogue, profiles: None, settings, settled: &settled });
    let drivers = solved.beside(None);
    Ok(Crossed { solved, drivers })
}

/// Outcomes of which the configuration says which way they were asked; being connected is made of satisfaction.
fn settled(settings: &Settings) -> Vec<Outcome> {
    let specs = settings.tables.get(&TableName::Attitudes).map_or(&[][..], |specs| specs.as_slice());
    let said = |question: &str| {
        specs.iter().any(|spec| spec.said_reversed().is_some_and(|reversed| reversed.of(question).is_some()))
    };
    let asked = |outcome: &Outcome| match outcome {
        Outcome::Recommend | Outcome::Satisfaction => said(outcome.slug()),
        Outcome::Connection => said(Outcome::Satisfaction.slug()),
        Outcome::Value365d => false,
    };
    Outcome::ALL.into_iter().filter(asked).collect()
}

impl Crossed {
    /// The drivers as they are told, beside what is stated and delivered; `segments` are the ids in the order of the model.
    pub(super) fn told(&self, profiles: &Profiles, segments: &[String], noise: &Noise) -> Drivers {
        self.solved.released(segments, noise).beside(Some(profiles))
    }
}
