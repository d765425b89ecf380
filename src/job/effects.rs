//! Did plays work? What the sums of the night come to, and what plans take from it.

use crate::job::apply::Applied;
use crate::job::error::JobError;
use crate::job::experiments::{experiments, past};
use crate::job::tonight::Tonight;
use crate::model::effect::{EffectFinding, Evaluation, Learned, OwnSplit};
use crate::model::segment::Noise;
use crate::tables::report::Alert;

/// What was found of plays, and what plans take from it.
pub(super) struct Measured {
    /// Rows of `effects`.
    pub(super) findings: Vec<EffectFinding>,
    /// What plans learn.
    pub(super) learned: Learned,
}

/// What the sums of the night come to.
pub(super) fn measure(tonight: &Tonight<'_>, applied: &Applied, noise: &Noise) -> Result<Measured, JobError> {
    let Tonight { project, earlier, .. } = tonight;
    let settings = project.settings();
    let evaluation = Evaluation {
        state: &applied.effects,
        experiments: &experiments(tonight),
        past: &past(tonight)?,
        settings: &settings.effects,
        planned_effect: settings.plan.plausible_effect,
        min_cell: tonight.min_cell(),
        noise,
        segments: earlier.names.ids(),
        today: project.as_of(),
    };
    let findings = evaluation.findings();
    let own = project.loaded().audiences.iter().flat_map(|audience| {
        let of = |play: &String| {
            let segments = audience.who.segments.clone();
            Some(OwnSplit { play: play.clone(), segments, control: audience.control? })
        };
        audience.who.plays.iter().filter_map(of).collect::<Vec<_>>()
    });
    let learned = Learned::of(&findings, &settings.effects, project.as_of()).split(own.collect());
    Ok(Measured { findings, learned })
}

impl Measured {
    /// What somebody should look at: plays that did harm, which are off tonight.
    pub(super) fn alerts(&self) -> impl Iterator<Item = Alert> {
        self.learned.harmed().map(|(play, segment, say)| Alert {
            key: "play_harms",
            severity: "alert",
            what: format!(
                "Play {play} is off{}. {say}",
                if segment == "ALL" { String::new() } else { format!(" for {segment}") }
            ),
            how_big: segment.to_owned(),
            since: None,
            likely_cause: "plan",
            to_do: format!(
                "read its rows in the table effects; [effects] keep_on = [\"{play}\"] keeps it on all the same"
            ),
        })
    }
}
