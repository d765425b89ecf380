//! What may not enter the tree: `.ci/tidy` on made-up checkouts.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git").arg("-C").arg(folder).args(arguments).output().expect("git is installed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// What `.ci/tidy` says of a checkout that holds a README and one more file.
fn tidy_with(path: &str, content: &[u8]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(path);
    fs::create_dir_all(file.parent().expect("a file in a folder")).expect("made");
    fs::write(folder.path().join("README.md"), "# A project\n").expect("written");
    fs::write(file, content).expect("written");
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "--all", "--force"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/tidy");
    Command::new(script).arg(folder.path()).output().expect("the script runs")
}

#[track_caller]
fn is_refused(path: &str, content: &[u8], reason: &str) {
    let done = tidy_with(path, content);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success(), "{path} passed");
    assert!(said.contains(path) && said.contains(reason), "{said}");
}

#[test]
fn a_small_text_in_a_folder_of_the_house_is_tidy() {
    let done = tidy_with("docs/method.md", b"Write to `out/latest`; a day is 2026/11/29.\n");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_large_file_is_refused() {
    is_refused("data/large.csv", &b"1,2,3\n".repeat(200_000), "bytes, more than");
}

#[test]
fn an_archive_is_refused_by_its_name_or_its_first_bytes() {
    is_refused("tests/fixtures/tool-1.0-py3-none-any.whl", b"nothing\n", "is an archive");
    is_refused("tests/fixtures/renamed.txt", b"PK\x03\x04 and more", "is an archive");
}

#[test]
fn a_binary_outside_the_short_list_is_refused() {
    is_refused("src/table.parquet", b"PAR1\x00\x00\x00\x01", "is binary");
}

#[test]
fn a_path_of_a_machine_is_refused() {
    let path = format!("data = \"/{}/somebody/customers.csv\"\n", "home");
    is_refused("examples/configs/shop/valueseg.toml", path.as_bytes(), "names a path of a machine in line 1");
}

#[test]
fn a_stranger_in_the_root_is_refused() {
    is_refused("notes.txt", b"to do\n", "does not belong in the root");
}
