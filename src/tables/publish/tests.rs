//! Nights published, replaced, interrupted and guarded.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::folders::set_aside;
use super::manifest::tests::facts;
use super::manifest::{MANIFEST_NAME, Manifest};
use super::{
    OutputLock, PublishError, Staging, WORK_LAYOUT, WORK_MARK, existing_manifest, held_nights, is_published, prune,
    published_nights, remove_night, settle,
};
use crate::codes::{Code, Coded as _};
use crate::model::segment::drift::DriftRow;
use crate::tables::write::{TableMeta, write_rows};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

/// Publishes a night with one text and one table.
fn publish(lock: &OutputLock, night: NaiveDate, text: &str) -> Manifest {
    let mut staging = Staging::create(lock, night).unwrap();
    staging.write("summary.txt", text.as_bytes()).unwrap();
    let meta = TableMeta { run_date: night, model_id: "m-1".to_owned() };
    let table = write_rows::<&DriftRow>([], staging.folder(), &meta).unwrap();
    staging.announce(table);
    let latest = published_nights(lock.out()).unwrap().last().map_or(night, |newest| night.max(*newest));
    staging.publish(facts(), latest).unwrap().1
}

/// What lies in the folder for unfinished nights; nothing where there is none.
fn unfinished(out: &Path) -> usize {
    fs::read_dir(out.join(".staging")).map_or(0, Iterator::count)
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
    assert_eq!(unfinished(out.path()), 0);
}

#[test]
fn the_manifest_is_the_last_file_written() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    staging.write("summary.txt", b"x").unwrap();
    assert!(!staging.folder().join(MANIFEST_NAME).exists());
    let (run, _) = staging.publish(facts(), day(20)).unwrap();
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
    assert_eq!(unfinished(out.path()), 0);
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
    staging.write("summary.txt", b"tonight").unwrap();
    drop(staging);
    assert_eq!(published_nights(out.path()).unwrap(), [day(20)]);
    assert_eq!(unfinished(out.path()), 0);
}

#[test]
fn leftovers_of_a_crash_are_cleared_and_a_night_set_aside_comes_back() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "yesterday");
    let staging = out.path().join(".staging");
    // A run that died while writing, one that died between the two renames, and one that died before cleaning up.
    fs::create_dir_all(staging.join("2026-11-19/tables")).unwrap();
    fs::write(staging.join(WORK_MARK), format!("{WORK_LAYOUT}\n1\n")).unwrap();
    fs::write(staging.join("2026-11-19/tables/customers.parquet"), b"half").unwrap();
    fs::rename(out.path().join("runs/2026-11-20"), staging.join("2026-11-20.old")).unwrap();
    fs::write(staging.join("latest"), b"").unwrap();
    let night = Staging::create(&lock, day(21)).unwrap();
    assert_eq!(read(out.path().join("runs/2026-11-20/summary.txt")), "yesterday");
    let mut left: Vec<String> =
        fs::read_dir(&staging).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, [WORK_MARK, "2026-11-21"]);
    drop(night);
}

#[test]
fn where_folders_cannot_be_exchanged_the_old_one_steps_aside_and_the_new_one_in() {
    let folder = tempfile::tempdir().unwrap();
    let (new, target) = (folder.path().join("2026-11-20"), folder.path().join("live"));
    for (place, text) in [(&new, "new"), (&target, "old")] {
        fs::create_dir(place).unwrap();
        fs::write(place.join("x"), text).unwrap();
    }
    let aside = set_aside(&new, &target).unwrap();
    assert_eq!((read(target.join("x")), read(aside.join("x"))), ("new".to_owned(), "old".to_owned()));
    assert!(!new.exists());
    // What cannot move in does not push out what is there.
    assert!(set_aside(&folder.path().join("nothing"), &target).is_err());
    assert_eq!(read(target.join("x")), "new");
}

#[test]
fn a_night_held_back_is_whole_says_why_and_is_no_history() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "yesterday");
    let hold = |text: &str| {
        let mut staging = Staging::create(&lock, day(21)).unwrap();
        staging.write("summary.txt", text.as_bytes()).unwrap();
        staging.hold(facts(), &["too many rejects".to_owned()]).unwrap()
    };
    hold("held");
    let folder = hold("held again");
    assert_eq!(folder, out.path().join("held/2026-11-21"));
    assert_eq!(read(folder.join("summary.txt")), "held again");
    let manifest = Manifest::read(&folder).unwrap().unwrap();
    assert_eq!(manifest.held, ["too many rejects"]);
    assert!(manifest.verify(&folder).unwrap().is_empty());
    assert_eq!(fs::metadata(out.path().join("held")).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(published_nights(out.path()).unwrap(), [day(20)]);
    assert_eq!(held_nights(out.path()).unwrap(), [day(21)]);
    assert_eq!(fs::read_link(out.path().join("latest")).unwrap(), Path::new("runs/2026-11-20"));
    let published = publish(&lock, day(21), "good at last");
    assert!(!published.to_json().contains("held"), "a published manifest has no such key");
    assert!(held_nights(out.path()).unwrap().is_empty());
    assert_eq!(unfinished(out.path()), 0);
}

#[test]
fn what_a_crash_right_after_the_rename_left_undone_is_done_by_the_next_run() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "yesterday");
    publish(&lock, day(21), "tonight");
    let latest = out.path().join("latest");
    fs::remove_file(&latest).unwrap();
    std::os::unix::fs::symlink("runs/2026-11-20", &latest).unwrap();
    let held = out.path().join("held/2026-11-21");
    fs::create_dir_all(&held).unwrap();
    fs::copy(out.path().join("runs/2026-11-21").join(MANIFEST_NAME), held.join(MANIFEST_NAME)).unwrap();
    settle(&lock, day(21), day(21)).unwrap();
    assert_eq!(fs::read_link(&latest).unwrap(), Path::new("runs/2026-11-21"));
    assert!(held_nights(out.path()).unwrap().is_empty());
}

#[test]
fn old_nights_go_but_never_the_latest_and_none_that_is_needed() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    for held in [10, 16] {
        Staging::create(&lock, day(held)).unwrap().hold(facts(), &["x".to_owned()]).unwrap();
    }
    for night in [11, 12, 13, 14, 15, 17, 18] {
        publish(&lock, day(night), "x");
    }
    let gone = |keep, needed: &[NaiveDate]| {
        let needed = needed.iter().copied().collect();
        prune(&lock, &published_nights(out.path()).unwrap(), keep, &needed).unwrap().gone
    };
    assert_eq!(gone(10, &[]), [], "there are not that many");
    assert_eq!(gone(4, &[day(12)]), [day(11), day(13)]);
    assert_eq!(published_nights(out.path()).unwrap(), [12, 14, 15, 17, 18].map(day));
    assert_eq!(held_nights(out.path()).unwrap(), [day(16)], "the other was older than every night kept");
    assert_eq!(gone(0, &[]), [12, 14, 15, 17].map(day));
    assert_eq!(published_nights(out.path()).unwrap(), [day(18)]);
    assert!(held_nights(out.path()).unwrap().is_empty());
    assert!(out.path().join("latest/summary.txt").is_file());
    assert_eq!(unfinished(out.path()), 0);
}

#[test]
fn files_of_others_in_a_night_keep_it_from_being_replaced_or_removed() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    for night in [18, 19, 20] {
        publish(&lock, day(night), "x");
    }
    let notes = out.path().join("runs/2026-11-19/notes.txt");
    fs::write(&notes, "mine").unwrap();
    let pruned = prune(&lock, &published_nights(out.path()).unwrap(), 1, &[].into()).unwrap();
    assert_eq!((pruned.gone, pruned.spared), (vec![day(18)], vec![notes.clone()]));
    let staging = Staging::create(&lock, day(19)).unwrap();
    assert_eq!(staging.publish(facts(), day(20)).unwrap_err().code(), Code::NotOurs);
    assert_eq!(remove_night(&lock, day(19), Some(day(20))).unwrap_err().code(), Code::NotOurs);
    assert_eq!(read(&notes), "mine");
    fs::remove_file(&notes).unwrap();
    assert!(remove_night(&lock, day(19), Some(day(20))).unwrap());
}

#[test]
fn a_night_is_removed_when_somebody_says_so_and_the_latest_is_another() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    publish(&lock, day(20), "x");
    publish(&lock, day(21), "x");
    fs::create_dir(out.path().join("runs/2026-11-22")).unwrap();
    assert!(!remove_night(&lock, day(22), Some(day(21))).unwrap(), "no night of ours");
    assert!(out.path().join("runs/2026-11-22").is_dir());
    assert!(remove_night(&lock, day(21), Some(day(20))).unwrap());
    assert_eq!(published_nights(out.path()).unwrap(), [day(20)]);
    assert_eq!(fs::read_link(out.path().join("latest")).unwrap(), Path::new("runs/2026-11-20"));
    assert!(remove_night(&lock, day(20), None).unwrap());
    assert!(fs::symlink_metadata(out.path().join("latest")).is_err());
}

#[test]
fn a_stored_night_is_restated_with_other_files_and_the_old_ones_are_gone() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let manifest = publish(&lock, day(20), "with a name");
    let run = out.path().join("runs/2026-11-20");
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    let kept = Path::new(&manifest.outputs[1].name);
    staging.take_over(&run, kept, Some(&manifest.outputs[1])).unwrap();
    let mut says = manifest.clone();
    says.outputs[0] = staging.write("summary.txt", b"without").unwrap().clone();
    staging.restate(&run, Some(&says), &[]).unwrap();
    let now = Manifest::read(&run).unwrap().unwrap();
    assert!(now.verify(&run).unwrap().is_empty());
    assert_eq!(
        (&now.counts, &now.identity, &now.outputs[1]),
        (&manifest.counts, &manifest.identity, &manifest.outputs[1])
    );
    assert_eq!(read(run.join("summary.txt")), "without");
    assert_eq!(unfinished(out.path()), 0);
}

#[test]
fn files_that_were_not_announced_or_went_missing_hold_the_night_back() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let staging = Staging::create(&lock, day(20)).unwrap();
    fs::write(staging.folder().join("stray.txt"), b"x").unwrap();
    let error = staging.publish(facts(), day(20)).unwrap_err();
    assert!(matches!(&error, PublishError::Unannounced { name } if name == "stray.txt"), "{error}");
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    staging.write("summary.txt", b"x").unwrap();
    fs::remove_file(staging.folder().join("summary.txt")).unwrap();
    assert!(matches!(staging.publish(facts(), day(20)).unwrap_err(), PublishError::Unannounced { .. }));
    assert!(published_nights(out.path()).unwrap().is_empty());
}

#[test]
fn a_second_run_is_turned_away_until_the_first_is_done() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let error = OutputLock::acquire(out.path()).unwrap_err();
    assert_eq!(error.code(), Code::Locked);
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    drop(lock);
    OutputLock::acquire(out.path()).unwrap();
}

#[test]
fn a_night_is_for_its_owner_alone_unless_others_are_let_in() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    staging.write("audiences/klaviyo/full-001.csv", b"Email\n").unwrap();
    let (run, _) = staging.publish(facts(), day(20)).unwrap();
    let mode = |name: &str| fs::metadata(run.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("audiences"), 0o700);
    assert_eq!(mode("audiences/klaviyo/full-001.csv"), 0o600);
    assert_eq!((mode(""), mode("rejected"), mode("manifest.json")), (0o700, 0o700, 0o600));
    assert_eq!(fs::metadata(out.path().join("runs")).unwrap().permissions().mode() & 0o777, 0o700);
    drop(lock);
    let lock = OutputLock::acquire(out.path()).unwrap().readable("0640".parse().unwrap()).unwrap();
    let mut staging = Staging::create(&lock, day(21)).unwrap();
    staging.write("plans/S01.md", b"x").unwrap();
    staging.write("audiences/klaviyo/full-001.csv", b"Email\n").unwrap();
    assert_eq!(fs::metadata(staging.folder()).unwrap().permissions().mode() & 0o777, 0o700, "not before it is whole");
    let (run, _) = staging.publish(facts(), day(20)).unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(run.join("plans/S01.md")), 0o640);
    assert_eq!(mode(run.join("audiences/klaviyo/full-001.csv")), 0o600, "addresses are for their owner alone");
    assert_eq!((mode(run.clone()), mode(run.join("plans")), mode(out.path().join("runs"))), (0o750, 0o750, 0o750));
}

#[test]
fn a_results_folder_that_we_make_is_private_and_one_that_was_there_is_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let (ours, theirs) = (place.path().join("new/out"), place.path().join("there"));
    fs::create_dir(&theirs).unwrap();
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o755)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    drop(OutputLock::acquire(&ours).unwrap());
    assert_eq!(mode(&ours), 0o700);
    fs::remove_dir_all(&ours).unwrap();
    drop(OutputLock::acquire(&ours).unwrap().readable("0640".parse().unwrap()).unwrap());
    drop(OutputLock::acquire(&theirs).unwrap().readable("0600".parse().unwrap()).unwrap());
    assert_eq!((mode(&ours), mode(&theirs)), (0o750, 0o755));
}

#[test]
fn a_name_that_leaves_the_run_folder_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let lock = OutputLock::acquire(out.path()).unwrap();
    let mut staging = Staging::create(&lock, day(20)).unwrap();
    for name in ["../x", "/x", ""] {
        assert!(matches!(staging.write(name, b"x").unwrap_err(), PublishError::Outside { .. }), "{name}");
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
    assert_eq!(error.code(), Code::Manifest);
    assert!(existing_manifest(out.path(), day(21)).unwrap().is_none());
}
