//! Nights published, replaced, interrupted and guarded.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chrono::NaiveDate;

use super::{OutputLock, PublishError, Staging, existing_manifest, is_published, published_nights};
use crate::tables::manifest::tests::facts;
use crate::tables::manifest::{MANIFEST_NAME, Manifest};
use crate::tables::schema::TableId;
use crate::tables::write::{TableMeta, TableRows};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

/// Publishes a night with one text and one table.
fn publish(lock: &OutputLock, night: NaiveDate, text: &str) -> Manifest {
    let mut staging = Staging::create(lock, night).unwrap();
    staging.write("summary.txt", text.as_bytes(), false).unwrap();
    let meta = TableMeta { run_date: night, model_id: "m-1".to_owned() };
    let table = TableRows::new(TableId::Drift).write(staging.folder(), &meta).unwrap();
    staging.announce(table);
    staging.publish(facts()).unwrap().1
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_published_night_is_listed_verified_and_the_latest() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let manifest = publish(&lock, day(20), "first");
    assert_eq!(published_nights(out.path()).unwrap(), [day(20)]);
    assert_eq!(fs::read_link(out.path().join("latest")).unwrap(), Path::new("runs/2026-11-20"));
    assert_eq!(read(out.path().join("latest/summary.txt")), "first");
    let names: Vec<&str> = manifest.outputs.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["summary.txt", "tables/drift.parquet"]);
    assert_eq!(existing_manifest(out.path(), day(20)).unwrap(), Some(manifest.clone()));
    assert!(manifest.verify(&out.path().join("latest")).unwrap().is_empty());
    assert_eq!(fs::read_dir(out.path().join(".staging")).unwrap().count(), 0);
}

#[test]
fn the_manifest_is_the_last_file_written() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    staging.write("summary.txt", b"x", false).unwrap();
    assert!(!staging.folder().join(MANIFEST_NAME).exists());
    let (run, _) = staging.publish(facts()).unwrap();
    let time = |name: &str| fs::metadata(run.join(name)).unwrap().modified().unwrap();
    assert!(time(MANIFEST_NAME) >= time("summary.txt"));
}

#[test]
fn a_night_is_replaced_as_a_whole_and_an_older_one_does_not_move_latest_back() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "old");
    publish(&lock, day(21), "newer");
    publish(&lock, day(20), "replaced");
    assert_eq!(read(out.path().join("runs/2026-11-20/summary.txt")), "replaced");
    assert_eq!(fs::read_link(out.path().join("latest")).unwrap(), Path::new("runs/2026-11-21"));
    assert_eq!(fs::read_dir(out.path().join(".staging")).unwrap().count(), 0);
}

#[test]
fn the_same_inputs_are_no_work_and_other_inputs_are() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut identity = facts().identity;
    assert!(!is_published(out.path(), day(20), &identity).unwrap());
    publish(&lock, day(20), "x");
    assert!(is_published(out.path(), day(20), &identity).unwrap());
    assert!(!is_published(out.path(), day(21), &identity).unwrap());
    identity.inputs[0].bytes += 1;
    assert!(!is_published(out.path(), day(20), &identity).unwrap());
}

#[test]
fn the_same_night_made_twice_is_the_same_bytes() {
    let make = || {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        publish(&lock, day(20), "x");
        read(out.path().join("latest").join(MANIFEST_NAME))
    };
    assert_eq!(make(), make());
}

#[test]
fn a_night_dropped_unpublished_leaves_nothing_and_yesterday_stays() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "yesterday");
    let mut staging = Staging::create(&lock, day(21)).unwrap();
    staging.write("summary.txt", b"tonight", false).unwrap();
    drop(staging);
    assert_eq!(published_nights(out.path()).unwrap(), [day(20)]);
    assert_eq!(fs::read_dir(out.path().join(".staging")).unwrap().count(), 0);
}

#[test]
fn leftovers_of_a_crash_are_cleared_and_a_night_set_aside_comes_back() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "yesterday");
    let staging = out.path().join(".staging");
    // A run that died while writing, one that died between the two renames, and one that died before cleaning up.
    fs::create_dir_all(staging.join("2026-11-19/tables")).unwrap();
    fs::write(staging.join("2026-11-19/tables/customers.parquet"), b"half").unwrap();
    fs::rename(out.path().join("runs/2026-11-20"), staging.join("2026-11-20.old")).unwrap();
    fs::write(staging.join("latest"), b"").unwrap();
    let night = Staging::create(&lock, day(21)).unwrap();
    assert_eq!(read(out.path().join("runs/2026-11-20/summary.txt")), "yesterday");
    let left: Vec<String> =
        fs::read_dir(&staging).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left, ["2026-11-21"]);
    drop(night);
}

#[test]
fn files_that_were_not_announced_or_went_missing_hold_the_night_back() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let staging = Staging::create(&lock, day(20)).unwrap();
    fs::write(staging.folder().join("stray.txt"), b"x").unwrap();
    let error = staging.publish(facts()).unwrap_err();
    assert!(matches!(&error, PublishError::Unannounced { name } if name == "stray.txt"), "{error}");
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    staging.write("summary.txt", b"x", false).unwrap();
    fs::remove_file(staging.folder().join("summary.txt")).unwrap();
    assert!(matches!(staging.publish(facts()).unwrap_err(), PublishError::Unannounced { .. }));
    assert!(published_nights(out.path()).unwrap().is_empty());
}

#[test]
fn a_second_run_is_turned_away_until_the_first_is_done() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let error = OutputLock::acquire(out.path()).unwrap_err();
    assert!(error.is_locked(), "{error}");
    assert_eq!(error.code(), "E0502");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    drop(lock);
    OutputLock::acquire(out.path()).unwrap();
}

#[test]
fn private_files_and_their_folders_are_for_their_owner_alone() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    staging.write("audiences/klaviyo/full-001.csv", b"Email\n", true).unwrap();
    let (run, _) = staging.publish(facts()).unwrap();
    let mode = |name: &str| fs::metadata(run.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("audiences"), 0o700);
    assert_eq!(mode("audiences/klaviyo/full-001.csv"), 0o600);
    assert_eq!(mode("rejected"), 0o700);
}

#[test]
fn a_name_that_leaves_the_run_folder_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    for name in ["../x", "/x", ""] {
        assert!(matches!(staging.write(name, b"x", false).unwrap_err(), PublishError::Outside { .. }), "{name}");
    }
}

#[test]
fn verify_sees_what_was_changed_added_or_taken_away() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let manifest = publish(&lock, day(20), "x");
    let run = out.path().join("runs/2026-11-20");
    fs::write(run.join("summary.txt"), b"y").unwrap();
    fs::remove_file(run.join("tables/drift.parquet")).unwrap();
    fs::write(run.join("tables/note.txt"), b"z").unwrap();
    let damages = manifest.verify(&run).unwrap();
    let seen: Vec<(&str, &str)> = damages.iter().map(|damage| (damage.name.as_str(), damage.what)).collect();
    assert_eq!(
        seen,
        [("summary.txt", "changed"), ("tables/drift.parquet", "missing"), ("tables/note.txt", "unlisted")]
    );
}

#[test]
fn a_damaged_manifest_is_told_from_an_absent_one() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "x");
    fs::write(out.path().join("runs/2026-11-20").join(MANIFEST_NAME), b"{").unwrap();
    let error = existing_manifest(out.path(), day(20)).unwrap_err();
    assert!(error.is_damaged(), "{error}");
    assert_eq!(error.code(), "E0710");
    assert!(existing_manifest(out.path(), day(21)).unwrap().is_none());
}
