//! What every stage after the fit needs of a night.

use crate::catalogue::Catalogue;
use crate::job::company;
use crate::job::earlier_nights::EarlierNights;
use crate::job::error::JobError;
use crate::job::obtain::ObtainedModel;
use crate::job::project::Project;
use crate::model::fit::Model;
use crate::tables::intake::Intake;

/// A night whose inputs are read and whose model is known.
pub(super) struct Tonight<'a> {
    /// The project, opened for this night.
    pub(super) project: Project<'a>,
    /// The inputs.
    pub(super) intake: Intake,
    /// The model and what came with it.
    pub(super) obtained: ObtainedModel,
    /// What nights before say.
    pub(super) earlier: EarlierNights,
}

impl<'a> Tonight<'a> {
    /// Looks at earlier nights as the model needs them.
    pub(super) fn new(project: Project<'a>, intake: Intake, obtained: ObtainedModel) -> Result<Self, JobError> {
        let earlier = EarlierNights::of(&project, &obtained)?;
        Ok(Self { project, intake, obtained, earlier })
    }

    /// The catalogue with the plays and channels that this company has.
    ///
    /// # Errors
    /// [`JobError`] if orders cannot be read.
    pub(super) fn offered(&self) -> Result<Catalogue, JobError> {
        let channels = self.intake.order_channels()?;
        Ok(company::offered(self.project.catalogue(), &self.project.settings().company, &channels))
    }

    /// The model that customers are scored with.
    pub(super) fn model(&self) -> &Model {
        &self.obtained.model
    }

    /// Fewest people behind a printed figure.
    pub(super) fn min_cell(&self) -> u64 {
        self.project.settings().privacy.min_cell
    }
}
