//! The labeled sentences: places in public reviews, and sentences of our own.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

use valueseg::catalogue::ElementId;

/// File, column and separator of each set of reviews, below the folder given as argument.
const SOURCES: [(&str, &str, u8); 3] = [
    ("skytrax_seat/seat.csv", "content", b','),
    ("product_reviews/amazon_alexa.tsv", "verified_reviews", b'\t'),
    ("product_reviews/flipkart_reviews.csv", "Review", b','),
];

/// One labeled sentence.
#[derive(Clone, Debug)]
pub(crate) struct Labeled {
    /// `build`, `held`, `second` or `unseen` of the reviews, `invented` or `invented_unseen` of our own.
    pub(crate) part: String,
    /// The text it stands in.
    pub(crate) text: String,
    /// First byte and byte after the last in the text.
    pub(crate) bytes: Range<usize>,
    /// Polarity, −1, 0 or 1, by element spoken of.
    pub(crate) says: BTreeMap<ElementId, i8>,
}

fn element(slug: &str) -> Result<ElementId, String> {
    ElementId::parse(slug).ok_or_else(|| format!("no element `{slug}`"))
}

/// The sentences of `labels`, in their order, in the reviews below `folder`.
pub(crate) fn of_reviews(labels: &Path, folder: &Path) -> Result<Vec<Labeled>, Box<dyn Error>> {
    let texts = reviews(folder)?;
    let mut all: Vec<Labeled> = Vec::new();
    let mut last = (String::new(), 0, 0..0);
    for record in csv::Reader::from_path(labels)?.records() {
        let record = record?;
        let [part, file, row, start, end, slug, polarity] = std::array::from_fn(|i| record.get(i).unwrap_or(""));
        let place = (file.to_owned(), row.parse::<usize>()?, start.parse()?..end.parse()?);
        if place != last {
            let text = texts.get(file).and_then(|texts| texts.get(place.1 - 1));
            let text = text.ok_or("a label names a row that is not there")?.clone();
            all.push(Labeled { part: part.to_owned(), text, bytes: place.2.clone(), says: BTreeMap::new() });
            last = place;
        }
        if !slug.is_empty() {
            all.last_mut().ok_or("no sentence")?.says.insert(element(slug)?, polarity.parse()?);
        }
    }
    Ok(all)
}

/// Sentences of a file of columns `part`, `domain`, `text` and `says`, elements with `+`, `-` or `0` in the last. Part
/// `build` becomes `NAME`, any other `NAME_unseen`.
pub(crate) fn of_file(file: &Path, name: &str) -> Result<Vec<Labeled>, Box<dyn Error>> {
    let mut all = Vec::new();
    for record in csv::Reader::from_path(file)?.records() {
        let record = record?;
        let [part, _, text, says] = std::array::from_fn(|i| record.get(i).unwrap_or(""));
        let said: Result<BTreeMap<ElementId, i8>, Box<dyn Error>> = says
            .split_whitespace()
            .map(|said| {
                let (slug, sign) = said.split_at(said.len() - 1);
                let polarity = match sign {
                    "+" => 1,
                    "-" => -1,
                    "0" => 0,
                    _ => return Err(format!("`{said}` has no sign").into()),
                };
                Ok((element(slug)?, polarity))
            })
            .collect();
        let part = if part == "build" { name.to_owned() } else { format!("{name}_unseen") };
        all.push(Labeled { part, text: text.to_owned(), bytes: 0..text.len(), says: said? });
    }
    Ok(all)
}

/// The texts of each file by its name, in row order.
pub(crate) fn reviews(folder: &Path) -> Result<BTreeMap<&'static str, Vec<String>>, Box<dyn Error>> {
    let mut texts = BTreeMap::new();
    for (file, column, separator) in SOURCES {
        let bytes = std::fs::read(folder.join(file))?;
        let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(bytes);
        let at =
            reader.headers()?.iter().position(|name| name == column).ok_or_else(|| format!("no column {column}"))?;
        let rows: Result<Vec<String>, csv::Error> =
            reader.records().map(|row| row.map(|row| row.get(at).unwrap_or("").to_owned())).collect();
        texts.insert(file, rows?);
    }
    Ok(texts)
}
