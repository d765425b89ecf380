//! The doors through which bytes of others come in: the configuration, SQL, a CSV or Parquet file with its mapping, a model
//! file. Each takes any bytes and must come back, with a value or an error. The fuzz targets in `fuzz/` include this file.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use valueseg::catalogue::Catalogue;
use valueseg::codes::{Coded as _, Exit};
use valueseg::job::load::load;
use valueseg::model::fit::{Model, ModelError};
use valueseg::tables::intake;

/// A configuration to go with a CSV file of customers who are also their own survey.
const CONFIG: &str = r#"
[project]
name = "fuzz"
[sources.all]
files = "all.csv"
[tables.customers]
source = "all"
[tables.ratings]
source = "all"
wide = { id = "customer_id", asked_at = "day", scale = [1, 5], elements = { quality = "q1", variety = "q2", saves_time = "q3" } }
[tables.orders]
query = "select customer_id, day as ordered_at, cast(net as double) as amount from \"all\" where net <> ''"
"#;

/// Any bytes as `valueseg.toml`.
pub(crate) fn config(folder: &Path, bytes: &[u8]) {
    let path = folder.join("valueseg.toml");
    fs::write(&path, bytes).expect("a folder to write to");
    if let Err(error) = load(&path, &[]) {
        assert!(!error.to_do().is_empty());
    }
}

/// Any bytes as a CSV file that three tables are mapped from.
pub(crate) fn csv(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join("valueseg.toml"), CONFIG).expect("a folder to write to");
    fs::write(folder.join("all.csv"), bytes).expect("a folder to write to");
    read(folder);
}

/// Any bytes as a Parquet file that three tables are mapped from.
pub(crate) fn parquet(folder: &Path, bytes: &[u8]) {
    let config = CONFIG.replace("all.csv", "all.parquet");
    fs::write(folder.join("valueseg.toml"), config).expect("a folder to write to");
    fs::write(folder.join("all.parquet"), bytes).expect("a folder to write to");
    read(folder);
}

/// Any text as the SQL of orders. It is planned and, where it can be, run.
pub(crate) fn sql(folder: &Path, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let query = serde_json::to_string(text).expect("a text is written");
    // What JSON writes of a text is read by TOML in the same way, but for this one sign.
    let query = query.replace('\u{7f}', "\\u007f");
    let (before, _) = CONFIG.rsplit_once("[tables.orders]").expect("orders come last");
    let run = "[run]\nquery_timeout = \"20s\"\nmemory_limit = \"256MiB\"\n";
    let config = format!("{before}[tables.orders]\nquery = {query}\n{run}");
    fs::write(folder.join("valueseg.toml"), config).expect("a folder to write to");
    let rows = "customer_id,day,q1,q2,q3,net\n1,2026-10-01,4,5,1,10.5\n2,2026-10-02,3,,2,x\n";
    fs::write(folder.join("all.csv"), rows).expect("a folder to write to");
    read(folder);
}

/// Reads all tables of the configuration in a folder.
fn read(folder: &Path) {
    let scratch = folder.join("scratch");
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir(&scratch).expect("a folder to write to");
    let loaded = load(&folder.join("valueseg.toml"), &[]).expect("a configuration");
    let catalogue = Catalogue::embedded();
    let night = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
    match intake::run(&loaded.intake(&catalogue, night, &scratch)) {
        Ok(intake) => {
            for table in &intake.ledger().tables {
                assert_eq!(table.read, table.accepted + table.rejected, "every row is accounted for");
            }
        }
        Err(error) => assert!(error.code().exit() != Exit::Bug, "{error}"),
    }
}

/// Any bytes as a model file. What only fails because its id is not that of its content is tried again with the right one:
/// else nothing behind that check would be reached.
pub(crate) fn model(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = match Model::from_json(text) {
        Err(ModelError::Damaged { what }) => match what.split_once("gives the id ").zip(what.rsplit_once("it says ")) {
            Some(((_, right), (_, said))) => {
                let right = &right[..right.find(',').unwrap_or(right.len())];
                Model::from_json(&text.replacen(
                    &format!("\"model_id\": \"{said}\""),
                    &format!("\"model_id\": \"{right}\""),
                    1,
                ))
            }
            None => return,
        },
        other => other,
    };
    if let Ok(model) = read {
        let again = Model::from_json(&model.to_json().expect("a model is written")).expect("and read again");
        assert_eq!(again.id(), model.id());
    }
}
