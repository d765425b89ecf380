//! The files of one audience in a night: the whole list, what changed, the schema, the receipt.

use std::path::Path;

use super::error::AudienceError;
use super::lists::ListBase;
use super::members::{CONTROL_NAME, MEMBERS_NAME, MemberReader};
use super::package::package;
use super::parts::PartWriter;
use super::pick::LeftOut;
use super::receipt::{DOCUMENT, ListReceipt, TEXT};
use super::sorted::{RowKey, RowStep, SortedRows, differences};
use super::spec::Audience;
use super::template::Removal;
use crate::tables::publish::Staging;
use crate::tables::write::WrittenFile;

/// Folder of the lists in a night.
pub(super) const FOLDER: &str = "audiences";

/// Of what the files are made.
pub(super) struct Delivery<'a> {
    pub(super) audience: &'a Audience,
    /// Members of tonight, in order of customer.
    pub(super) members: &'a Path,
    /// Those who go without by lot, alike; `None` = there is nobody.
    pub(super) control: Option<&'a Path>,
    /// The night that changes are told against, where its columns are those of tonight.
    pub(super) base: Option<&'a ListBase>,
    pub(super) told: &'a [String],
    /// Folder to work in.
    pub(super) work: &'a Path,
    /// Fewest people behind a number that is told.
    pub(super) min_cell: u64,
}

impl Delivery<'_> {
    fn sorted(&self, path: &Path, rows: u64, name: &str) -> Result<SortedRows, AudienceError> {
        SortedRows::of(path, rows, RowKey::of(self.audience), self.work, name)
    }
}

/// Writes the files; gives the receipt with their names.
pub(super) fn deliver(
    delivery: &Delivery<'_>,
    mut receipt: ListReceipt,
    staging: &mut Staging<'_>,
) -> Result<ListReceipt, AudienceError> {
    let folder = format!("{FOLDER}/{}", delivery.audience.name);
    let mut full = PartWriter::new(delivery.audience, &folder, "full");
    let mut sorted = delivery.sorted(delivery.members, receipt.members, "full")?;
    while let Some(row) = sorted.next_row()? {
        full.write(staging, &row.cells)?;
    }
    let mut files = Vec::new();
    finish(full, staging, &mut receipt, &mut files)?;
    if let Some(base) = delivery.base {
        changes(delivery, base, &folder, staging, &mut receipt, &mut files)?;
    }
    let mut text = serde_json::to_string_pretty(&package(delivery.audience, &files)).expect("plain data");
    text.push('\n');
    staging.write(&format!("{folder}/datapackage.json"), text.as_bytes())?;
    let mut text = serde_json::to_string_pretty(&receipt).expect("plain data");
    text.push('\n');
    staging.write(&format!("{folder}/{DOCUMENT}"), text.as_bytes())?;
    let text = receipt.text(delivery.audience, delivery.told, delivery.min_cell);
    staging.write(&format!("{folder}/{TEXT}"), text.as_bytes())?;
    keep_members(delivery.members, &format!("{folder}/{MEMBERS_NAME}"), receipt.members, staging)?;
    if let Some(control) = delivery.control {
        let rows = receipt.left_out.get(LeftOut::Control.slug()).copied().unwrap_or(0);
        keep_members(control, &format!("{folder}/{CONTROL_NAME}"), rows, staging)?;
    }
    Ok(receipt)
}

/// What changed, the way the tool takes it.
fn changes(
    delivery: &Delivery<'_>,
    base: &ListBase,
    folder: &str,
    staging: &mut Staging<'_>,
    receipt: &mut ListReceipt,
    files: &mut Vec<String>,
) -> Result<(), AudienceError> {
    let gone = &delivery.audience.template.gone;
    if gone.how == Removal::Replace {
        return Ok(());
    }
    let path = base.folder.join(MEMBERS_NAME);
    let before = delivery.sorted(&path, rows_of(&path)?, "before")?;
    let now = delivery.sorted(delivery.members, receipt.members, "now")?;
    if gone.how == Removal::Membership {
        let mut add = PartWriter::new(delivery.audience, folder, "add");
        let mut remove = PartWriter::new(delivery.audience, folder, "remove");
        differences(before, now, |step| match step {
            RowStep::Added(row) | RowStep::Changed(row) => add.write(staging, &row.cells),
            RowStep::Removed(row) => remove.write(staging, &row.cells),
        })?;
        finish(add, staging, receipt, files)?;
        return finish(remove, staging, receipt, files);
    }
    let headers: Vec<String> = delivery.audience.headers().map(str::to_owned).collect();
    let mut delta = PartWriter::new(delivery.audience, folder, "delta");
    differences(before, now, |step| match step {
        RowStep::Added(row) | RowStep::Changed(row) => delta.write(staging, &row.cells),
        RowStep::Removed(row) => delta.write(staging, &receipt.gone_row(&headers, &row.cells)),
    })?;
    finish(delta, staging, receipt, files)
}

fn rows_of(path: &Path) -> Result<u64, AudienceError> {
    let (mut reader, mut rows) = (MemberReader::open(path)?, 0);
    while reader.next_member()?.is_some() {
        rows += 1;
    }
    Ok(rows)
}

fn finish(
    writer: PartWriter<'_>,
    staging: &mut Staging<'_>,
    receipt: &mut ListReceipt,
    files: &mut Vec<String>,
) -> Result<(), AudienceError> {
    let rows = writer.finish(staging)?;
    for (name, rows) in rows {
        receipt.files.insert(name.clone(), rows);
        files.push(name);
    }
    Ok(())
}

/// Puts the members into the night.
fn keep_members(from: &Path, name: &str, rows: u64, staging: &mut Staging<'_>) -> Result<(), AudienceError> {
    staging.make_room(Path::new(name))?;
    let mut file = crate::tables::write::OutputFile::create(staging.folder(), name)?;
    let mut source = std::fs::File::open(from).map_err(AudienceError::disk(from))?;
    std::io::copy(&mut source, &mut file).map_err(AudienceError::disk(from))?;
    let written: WrittenFile = file.finish(name, Some(rows))?;
    staging.announce(written);
    Ok(())
}
