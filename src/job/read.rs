//! Intake of a night, and what its results follow from.

use sha2::{Digest, Sha256};

use crate::catalogue::hex;
use crate::job::error::JobError;
use crate::job::project::Project;
use crate::job::scratch::Scratch;
use crate::job::watch::Words;
use crate::tables::forgotten::Forgotten;
use crate::tables::intake::{self, Intake, IntakeRequest};
use crate::tables::manifest::{InputFile, RunIdentity};

impl Words for Intake {
    fn words(&self) -> String {
        let ledger = self.ledger();
        format!("{} rows read, {} rejected, {} customers", ledger.read(), ledger.rejected(), self.n_customers())
    }
}

/// Reads the inputs into one row per customer.
pub(super) fn read(project: &Project, scratch: &Scratch, forgotten: &Forgotten) -> Result<Intake, JobError> {
    Ok(intake::run(&request(project, scratch, forgotten))?)
}

/// What intake is asked to do.
pub(super) fn request<'a>(
    project: &'a Project<'_>,
    scratch: &'a Scratch,
    forgotten: &'a Forgotten,
) -> IntakeRequest<'a> {
    let request = project.loaded().intake(project.catalogue(), project.as_of(), scratch.folder());
    IntakeRequest { forgotten: Some(forgotten), ..request }
}

/// Everything the results follow from. Who is to be forgotten is part of it: a night made again after `forget` counts
/// without them. `whole_lists`: no file of changes is wanted.
pub(super) fn identity(project: &Project, intake: &Intake, forgotten: &Forgotten, whole_lists: bool) -> RunIdentity {
    let settings = project.loaded().fingerprint();
    let settings = if whole_lists { hex(&Sha256::digest(format!("{settings} whole lists"))) } else { settings };
    RunIdentity {
        catalogue_hash: project.catalogue().hash().to_owned(),
        catalogue_version: project.catalogue().version().to_owned(),
        config_fingerprint: forgotten
            .fingerprint()
            .map_or(settings.clone(), |list| hex(&Sha256::digest(format!("{settings} without {list}").as_bytes()))),
        inputs: inputs(intake),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// The files read, as manifest and report list them.
pub(super) fn inputs(intake: &Intake) -> Vec<InputFile> {
    let files = intake.inputs().iter().map(|file| InputFile {
        bytes: file.bytes,
        path: file.path.clone(),
        rows: file.rows,
        sha256: file.sha256.clone(),
        source: file.source.clone(),
    });
    files.collect()
}
