//! A base as a company would hand it over: files and a configuration.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use valueseg::catalogue::ElementId;
use valueseg::model::fit::SegmentCount;

use crate::Failure;
use crate::generate::{Base, ELEMENTS, NUISANCES, TRACES};

/// The name of a signal.
fn signal_name(number: usize) -> String {
    format!("trace_{number:02}")
}

/// The id of a customer; ids ascend as people do.
fn id(person: usize) -> String {
    format!("C{person:06}")
}

/// Writes everything a night needs below `folder`.
pub(crate) fn write(folder: &Path, base: &Base, segments: SegmentCount) -> Result<(), Failure> {
    let signals = TRACES + NUISANCES;
    let names: Vec<String> = (0..signals).map(signal_name).collect();
    let (mut customers, mut ratings) = ("id\n".to_owned(), "id,element,aspect,rating\n".to_owned());
    let mut traces = format!("id,{}\n", names.join(","));
    // A scale from 0 is written with eleven steps, others count from 1 as surveys do.
    let first = usize::from(base.case.steps != 11);
    for (number, person) in base.people.iter().enumerate() {
        let id = id(number);
        writeln!(customers, "{id}")?;
        let values: Vec<String> = person.signals.iter().map(|value| format!("{value:.4}")).collect();
        writeln!(traces, "{id},{}", values.join(","))?;
        for element in ElementId::all() {
            for (aspect, at) in [("importance", element.index()), ("fulfillment", ELEMENTS + element.index())] {
                if let Some(code) = person.given[at] {
                    writeln!(ratings, "{id},{element},{aspect},{}", usize::from(code) + first)?;
                }
            }
        }
    }
    fs::write(folder.join("customers.csv"), customers)?;
    fs::write(folder.join("ratings.csv"), ratings)?;
    fs::write(folder.join("signals.csv"), traces)?;
    let scale = [first, base.case.steps - 1 + first];
    Ok(fs::write(folder.join("valueseg.toml"), config(&names, scale, segments))?)
}

fn config(signals: &[String], scale: [usize; 2], segments: SegmentCount) -> String {
    let columns: Vec<String> = signals.iter().map(|name| format!("{name} = \"{name}\"")).collect();
    let count = match segments {
        SegmentCount::Exactly(k) => k.to_string(),
        _ => "\"auto\"".to_owned(),
    };
    format!(
        r#"[project]
name = "strangers"
[sources.customers]
files = "customers.csv"
[sources.ratings]
files = "ratings.csv"
[sources.signals]
files = "signals.csv"
[tables.customers]
source = "customers"
columns = {{ customer_id = "id" }}
[tables.ratings]
source = "ratings"
columns = {{ customer_id = "id" }}
scale = [{}, {}]
[tables.signals]
source = "signals"
columns = {{ customer_id = "id", {} }}
[model]
segments = {count}
"#,
        scale[0],
        scale[1],
        columns.join(", ")
    )
}
