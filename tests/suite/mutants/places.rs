//! What can lie where a file should lie.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{FILES, Kind, RIGHT, Random};
use crate::shop::Shop;

pub(crate) fn kinds() -> Vec<Kind> {
    let kind = |name, variants, right, spoil| Kind { name, variants, right, spoil };
    vec![
        kind("a folder in place of a file", 4, &RIGHT, folder),
        kind("a link that leads nowhere", 4, &[3], dangling),
        kind("something that is no file", 4, &RIGHT, no_file),
        kind("a file nobody may read", 2, &RIGHT, unreadable),
        kind("the files swapped", 3, &RIGHT, swapped),
        kind("another format under this name", 12, &RIGHT, other_format),
        kind("a file too many", 6, &RIGHT, too_many),
    ]
}

fn folder(shop: &Shop, variant: usize, _: &mut Random) {
    let path = shop.path().join(FILES[variant % 2]);
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("made");
    if variant >= 2 {
        fs::create_dir(path.join("deeper.csv")).expect("made");
        fs::write(path.join("notes.csv"), "nothing,here\n").expect("written");
    }
}

fn dangling(shop: &Shop, variant: usize, _: &mut Random) {
    let path = shop.path().join(FILES[variant % 2]);
    fs::remove_file(&path).expect("removed");
    // Nowhere, or round and round.
    symlink(if variant < 2 { "gone.csv" } else { FILES[variant % 2].trim_start_matches("in/") }, &path)
        .expect("linked");
}

fn no_file(shop: &Shop, variant: usize, _: &mut Random) {
    let path = shop.path().join(FILES[0]);
    fs::remove_file(&path).expect("removed");
    if variant == 3 {
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo is there");
        assert!(made.success());
        return;
    }
    symlink(["/dev/zero", "/dev/null", "/proc/self/mem"][variant], &path).expect("linked");
}

fn unreadable(shop: &Shop, variant: usize, _: &mut Random) {
    // Root reads it all the same: then the night is as any other.
    let path = shop.path().join(if variant == 0 { FILES[0] } else { FILES[1] });
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("set");
}

fn swapped(shop: &Shop, variant: usize, _: &mut Random) {
    let (customers, survey) = (shop.read(FILES[0]), shop.read(FILES[1]));
    match variant {
        0 => {
            shop.write(FILES[0], survey);
            shop.write(FILES[1], customers);
        }
        1 => shop.write(FILES[0], survey),
        _ => shop.write(FILES[1], customers),
    }
}

fn other_format(shop: &Shop, variant: usize, random: &mut Random) {
    let rubbish: Vec<u8> = (0..4000).map(|_| random.next() as u8).collect();
    let heads: [&[u8]; 12] = [
        b"PAR1",
        b"PK\x03\x04",
        b"SQLite format 3\0",
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"<!DOCTYPE html><html>",
        b"\x28\xB5\x2F\xFD",
        b"Obj\x01",
        b"ARROW1\0\0",
        b"PARE",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"",
    ];
    shop.write(FILES[0], [heads[variant], &rubbish].concat());
}

fn too_many(shop: &Shop, variant: usize, _: &mut Random) {
    // The survey is a glob.
    let (name, content): (&str, &str) = [
        ("in/survey2.csv", ""),
        ("in/survey2.csv", "something,else\n1,2\n"),
        ("in/survey2.csv", "PAR1 and so on"),
        ("in/survey (copy).csv", "who,day,q_time\nK00001,2026-10-01,9\n"),
        ("in/survey\u{202e}.csv", "who\nK00001\n"),
        ("in/survey\nnew.csv", "\0\0\0"),
    ][variant];
    shop.write(name, content);
}
