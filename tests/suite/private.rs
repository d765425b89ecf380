//! Who may read what is written, and names of columns that are somebody's data.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::shop::{Shop, files};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("there").permissions().mode() & 0o777
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let below =
        entries.filter(|entry| entry.file_type().expect("a kind").is_dir()).flat_map(|entry| folders(&entry.path()));
    below.chain([folder.to_owned()]).collect()
}

#[test]
fn a_night_is_for_its_owner_alone_and_a_setting_lets_others_in() {
    let shop = Shop::new(200);
    assert_eq!(shop.night().code, 0);
    let run = shop.path().join("out/runs/2026-11-20");
    assert!(files(&run).iter().all(|file| mode(file) == 0o600), "{:?}", files(&run));
    assert!(folders(&shop.path().join("out/runs")).iter().all(|folder| mode(folder) == 0o700));
    assert_eq!((mode(&shop.path().join("out")), mode(&shop.path().join("out/identity.json"))), (0o700, 0o600));

    shop.edit("valueseg.toml", "[gates]", "[run]\nfile_mode = \"0640\"\n[gates]");
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-21"]).code, 0);
    let open = shop.path().join("out/runs/2026-11-21");
    assert!(files(&open).iter().all(|file| mode(file) == 0o640));
    assert!(folders(&open).iter().all(|folder| mode(folder) == 0o750));
    assert_eq!((mode(&run), mode(&shop.path().join("out/runs"))), (0o700, 0o750), "an earlier night stays as it was");
    shop.write("erase.txt", "K00007\n");
    let erase = shop.path().join("erase.txt");
    assert_eq!(shop.say(&["forget", "--ids-file", erase.to_str().expect("UTF-8")]).code, 0);
    assert!(files(&open).iter().all(|file| mode(file) == 0o640) && mode(&open) == 0o750, "erasing keeps them");
    assert!(files(&run).iter().all(|file| mode(file) == 0o600) && mode(&run) == 0o700);

    shop.edit("valueseg.toml", "0640", "0666");
    let refused = shop.say(&["check"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("0666"), "{}", refused.stderr);
}

#[test]
fn the_first_line_of_a_file_without_a_header_is_never_quoted() {
    for line in ["C00417,Annabel Zqwx,annabel@zqwx.example,1980-05-03,Ulm", "K417,Zqwx customer,Zqwx region,17,Ulm"] {
        let shop = Shop::new(200);
        let rows = (0..40)
            .map(|i| line.replace("417", &format!("{}", 500 + i)).replace("Zqwx", &format!("Xy{i}")))
            .collect::<Vec<_>>();
        shop.write("in/people.csv", format!("{line}\n{}\n", rows.join("\n")));
        shop.edit("valueseg.toml", "[sources.survey]", "[sources.people]\nfiles = \"in/people.csv\"\n[sources.survey]");
        let silent = |what: &str, text: &str| {
            for cell in line.split(',').filter(|cell| *cell != "Ulm" && *cell != "17") {
                assert!(!text.contains(cell), "{what} says `{cell}`:\n{text}");
            }
        };
        for tables in [
            "[tables.customers]\nsource = \"people\"\ncolumns = { customer_id = \"customer\", region = \"region\" }",
            "[tables.customers]\nquery = \"select customer as customer_id from people\"",
            "[tables.customers]\nquery = \"select *, count(*) from people\"",
            "[tables.customers]\nsource = \"customers\"",
        ] {
            let before = shop.read("valueseg.toml");
            shop.edit("valueseg.toml", "[tables.customers]\nsource = \"customers\"", tables);
            for arguments in
                [&["check"][..], &["check", "--deep"], &["check", "--json"], &["run", "--as-of", "2026-11-20"]]
            {
                let said = shop.say(arguments);
                silent(&format!("{arguments:?} of {tables}"), &(said.stdout + &said.stderr));
            }
            shop.write("valueseg.toml", before);
        }
        let told = shop.say(&["check"]);
        assert!(told.stdout.contains("looks like data") && told.stdout.contains("header = false"), "{}", told.stdout);
        let begun = shop.say(&[
            "init",
            shop.path().join("new").to_str().expect("UTF-8"),
            "--from",
            shop.path().join("in/people.csv").to_str().expect("UTF-8"),
        ]);
        silent("init", &(begun.stdout + &begun.stderr));
        silent("valueseg.toml", &shop.read("new/valueseg.toml"));
    }
}
