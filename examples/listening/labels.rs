//! The labeled sentences, and the reviews they are places in.

use std::collections::BTreeMap;
use std::error::Error;
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
    /// `build`, `held`, `second` or `unseen`.
    pub(crate) part: String,
    /// File of its review.
    pub(crate) file: String,
    /// Row of its review, from 1.
    pub(crate) row: usize,
    /// First byte and byte after the last in the review.
    pub(crate) bytes: std::ops::Range<usize>,
    /// Polarity, −1, 0 or 1, by element spoken of.
    pub(crate) says: BTreeMap<ElementId, i8>,
}

/// The sentences of `labels`, in their order.
pub(crate) fn sentences(labels: &Path) -> Result<Vec<Labeled>, Box<dyn Error>> {
    let mut all: Vec<Labeled> = Vec::new();
    for record in csv::Reader::from_path(labels)?.records() {
        let record = record?;
        let [part, file, row, start, end, element, polarity] = std::array::from_fn(|i| record.get(i).unwrap_or(""));
        let (row, bytes) = (row.parse()?, start.parse()?..end.parse()?);
        let same = all.last().is_some_and(|last| last.file == file && last.row == row && last.bytes == bytes);
        if !same {
            all.push(Labeled { part: part.to_owned(), file: file.to_owned(), row, bytes, says: BTreeMap::new() });
        }
        if !element.is_empty() {
            let element = ElementId::parse(element).ok_or_else(|| format!("no element `{element}`"))?;
            all.last_mut().ok_or("no sentence")?.says.insert(element, polarity.parse()?);
        }
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
