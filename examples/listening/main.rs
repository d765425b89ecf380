//! How well mentions of elements are found in real reviews, how probable they are, and how fast.
//!
//! `cargo run --profile quick --locked --example listening FOLDER [PART|fit|all [FILE]]` reads the public reviews below `FOLDER`,
//! the labels and the sentences of our own in `tests/fixtures/listening`, listens to every labeled text as a whole, and
//! prints for each part of the labels, and each element in it:
//!
//! - how many labeled sentences speak of it, how many were found to, how many of those agree (precision, recall, F1);
//! - of the agreeing ones, how many agree on praise and blame;
//! - the mean probability of mentions beside the share of them that is right.
//!
//! Intervals are 90 % bootstrap intervals over sentences. Last comes the time for 100,000 verbatims, made by repeating the
//! reviews. `fit` prints the weights of a mention's traits instead, learned from the parts that were looked at while the
//! lexicon was written. `FILE` holds labeled sentences of yours, in the form of `invented.csv`. No text is printed.

mod fit;
mod labels;
mod table;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use labels::Labeled;
use table::Agreement;
use valueseg::catalogue::{Catalogue, ElementId};
use valueseg::model::customer::listening::{Listener, Mentions};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/listening");
const PARTS: [&str; 8] = ["build", "held", "second", "unseen", "invented", "invented_unseen", "own", "own_unseen"];
const VERBATIMS: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder of the public data")?;
    let (folder, fixtures) = (Path::new(&folder), Path::new(FIXTURES));
    let only = arguments.next().filter(|only| only != "all");
    let listener = Listener::new(&Catalogue::embedded())?;
    let mut all = labels::of_reviews(&fixtures.join("labels.csv"), folder)?;
    all.extend(labels::of_file(&fixtures.join("invented.csv"), "invented")?);
    if let Some(file) = arguments.next() {
        all.extend(labels::of_file(Path::new(&file), "own")?);
    }
    if only.as_deref() == Some("fit") {
        print_line(&fit::weights(&listener, &all)?);
        return Ok(());
    }
    for part in PARTS.into_iter().filter(|part| only.as_deref().is_none_or(|only| only == *part)) {
        let sentences: Vec<&Labeled> = all.iter().filter(|sentence| sentence.part == part).collect();
        if sentences.is_empty() {
            continue;
        }
        let pairs: Vec<_> = sentences
            .iter()
            .map(|sentence| (sentence.says.clone(), said(&listener.listen(&sentence.text), sentence)))
            .collect();
        print_line(&Agreement::of(&pairs).table(part, &pairs));
        print_line(&fit::calibration(&listener, &sentences));
    }
    let texts = labels::reviews(folder)?;
    let one_after_the_other: Vec<&String> = texts.values().flatten().cycle().take(VERBATIMS).collect();
    let bytes: usize = one_after_the_other.iter().map(|text| text.len()).sum();
    let clock = Instant::now();
    let mentions: usize = one_after_the_other.iter().map(|text| listener.listen(text).len()).sum();
    print_line(&format!(
        "{VERBATIMS} verbatims of {} bytes on average, one thread: {:.2} s, {mentions} mentions",
        bytes / VERBATIMS,
        clock.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Polarity by element of the mentions that start within the labeled sentence.
fn said(mentions: &Mentions, sentence: &Labeled) -> BTreeMap<ElementId, i8> {
    let mut sums: BTreeMap<ElementId, i8> = BTreeMap::new();
    for mention in mentions.iter().filter(|mention| sentence.bytes.contains(&mention.span.start)) {
        *sums.entry(mention.element).or_default() += mention.polarity.sign();
    }
    sums.into_iter().map(|(element, sum)| (element, sum.signum())).collect()
}

fn print_line(line: &str) {
    // A closed pipe ends the printing, not the measuring.
    let _ = writeln!(std::io::stdout(), "{line}");
}
