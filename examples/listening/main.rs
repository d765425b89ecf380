//! How well mentions of elements are found in real reviews, and how fast.
//!
//! `cargo run --release --locked --example listening FOLDER [build|held|second|unseen]` reads the public reviews below `FOLDER` and the
//! labels in `tests/fixtures/listening`, listens to every labeled review as a whole, and prints for each part of the
//! labels, and each element in it:
//!
//! - how many labeled sentences speak of it, how many were found to, how many of those agree (precision, recall, F1);
//! - of the agreeing ones, how many agree on praise and blame.
//!
//! Intervals are 90 % bootstrap intervals over sentences. Last comes the time for 100,000 verbatims, made by repeating the
//! reviews. The lexicon was built looking at `build` alone; `fresh` was drawn and labeled when it was done (see the
//! guideline beside the labels). No text is printed.

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

const LABELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/listening/labels.csv");
const VERBATIMS: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder of the public data")?;
    let only = arguments.next();
    let texts = labels::reviews(Path::new(&folder))?;
    let listener = Listener::new(&Catalogue::embedded())?;
    let all = labels::sentences(Path::new(LABELS))?;
    for part in ["build", "held", "second", "unseen"]
        .into_iter()
        .filter(|part| only.as_deref().is_none_or(|only| only == *part))
    {
        let mut sentences = Vec::new();
        for sentence in all.iter().filter(|sentence| sentence.part == part) {
            let text = texts.get(sentence.file.as_str()).and_then(|texts| texts.get(sentence.row - 1));
            let mentions = listener.listen(text.ok_or("a label names a row that is not there")?);
            sentences.push((sentence.says.clone(), said(&mentions, sentence)));
        }
        print_line(&Agreement::of(&sentences).table(part, &sentences));
    }
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
