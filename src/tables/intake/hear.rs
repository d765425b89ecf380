//! Listening to feedback: each text to the elements it mentions, each customer to signals.
//!
//! The texts are read once, in order of customer. What is kept of a text is bits: which elements were praised, blamed or
//! named. What is not mentioned stays unknown.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Builder, Int64Array, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};

use super::error::IntakeError;
use super::scratch::{ScratchTable, ScratchWriter};
use crate::catalogue::{Catalogue, ElementId, N_ELEMENTS};
use crate::model::customer::listening::{Listener, Mentions, Polarity};

/// Columns of heard texts that hold bits of elements, and the polarity each stands for (`None`: any).
const BITS: [(&str, Option<Polarity>); 3] =
    [("praised", Some(Polarity::Positive)), ("blamed", Some(Polarity::Negative)), ("named", None)];

/// Names of the columns of heard texts that hold bits of elements: praised, blamed, named.
pub(super) const HEARD_BITS: [&str; 3] = [BITS[0].0, BITS[1].0, BITS[2].0];

/// Texts as they were heard.
pub(super) struct Heard {
    /// One row per text: the columns of `feedback` but the text, then the bits.
    pub(super) texts: ScratchTable,
    /// One row per customer who wrote: the signals.
    pub(super) signals: Option<ScratchTable>,
}

/// Listens to all texts of `feedback`. At most `room` signals come of it, two per element that at least `least` customers
/// mention: those that most mention first. Sensitive elements give none: what somebody wrote about health is not a reason to be typed by.
pub(super) fn hear(
    feedback: &ScratchTable,
    catalogue: &Catalogue,
    listener: &Listener,
    scratch: &Path,
    room: usize,
    least: u64,
) -> Result<Heard, IntakeError> {
    let (texts, mentioners) = listen(feedback, listener, scratch)?;
    let mut wanted: Vec<ElementId> = ElementId::all()
        .filter(|id| !catalogue.element(*id).sensitivity().is_sensitive())
        .filter(|id| mentioners[id.index()] >= least.max(1))
        .collect();
    wanted.sort_by_key(|id| (std::cmp::Reverse(mentioners[id.index()]), id.index()));
    wanted.truncate(room / 2);
    wanted.sort_by_key(|id| id.index());
    let signals = if wanted.is_empty() { None } else { Some(signals(&texts, &wanted, scratch)?) };
    Ok(Heard { texts, signals })
}

/// Bits of the elements mentioned with one of the polarities of [`BITS`].
fn bits(mentions: &Mentions, polarity: Option<Polarity>) -> i64 {
    let wanted = mentions.iter().filter(|mention| polarity.is_none_or(|polarity| mention.polarity == polarity));
    wanted.fold(0, |bits, mention| bits | 1 << mention.element.index())
}

/// Reads the texts and writes what was heard; gives the number of customers who mention each element.
fn listen(
    feedback: &ScratchTable,
    listener: &Listener,
    scratch: &Path,
) -> Result<(ScratchTable, [u64; N_ELEMENTS]), IntakeError> {
    let text_at = feedback.columns().index_of("text").expect("feedback has its text");
    let kept: Vec<usize> = (0..feedback.columns().fields().len()).filter(|at| *at != text_at).collect();
    let mut fields: Vec<_> = kept.iter().map(|at| Arc::clone(&feedback.columns().fields()[*at])).collect();
    fields.extend(HEARD_BITS.map(|name| Arc::new(Field::new(name, DataType::Int64, true))));
    let schema = Arc::new(Schema::new(fields));
    let writer = ScratchWriter::create(scratch, "heard", Arc::clone(&schema))?;
    let mut mentioners = Mentioners::default();
    for batch in feedback.read(&(0..feedback.columns().fields().len()).collect::<Vec<_>>(), None)? {
        let batch = batch.map_err(|error| broken(feedback, &error.to_string()))?;
        let texts: Vec<&str> = batch.column(text_at).as_string::<i32>().iter().map(Option::unwrap_or_default).collect();
        let heard = listener.listen_to_all(&texts);
        let mut columns: Vec<ArrayRef> = kept.iter().map(|at| Arc::clone(batch.column(*at))).collect();
        for (_, polarity) in BITS {
            // A text without a word says nothing, not even that it mentions nothing.
            let bits = heard.iter().map(|mentions| (mentions.sentences() > 0).then(|| bits(mentions, polarity)));
            columns.push(Arc::new(bits.collect::<Int64Array>()));
        }
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|error| broken(feedback, &error.to_string()))?;
        mentioners.see(&batch);
        writer.write(batch);
    }
    Ok((writer.finish()?, mentioners.finish()))
}

/// Counts customers by what any of their texts mentions.
#[derive(Default)]
struct Mentioners {
    last: Option<(String, i64)>,
    counts: [u64; N_ELEMENTS],
}

impl Mentioners {
    fn see(&mut self, batch: &RecordBatch) {
        let ids = batch.column(0).as_string::<i32>();
        let named = batch.column(batch.num_columns() - 1).as_primitive::<Int64Type>();
        for i in 0..batch.num_rows() {
            let bits = if named.is_valid(i) { named.value(i) } else { 0 };
            match &mut self.last {
                Some((id, all)) if id == ids.value(i) => *all |= bits,
                last => {
                    let before = last.replace((ids.value(i).to_owned(), bits));
                    self.count(before);
                }
            }
        }
    }

    fn count(&mut self, customer: Option<(String, i64)>) {
        let bits = customer.map_or(0, |(_, bits)| bits);
        self.counts.iter_mut().enumerate().for_each(|(e, count)| *count += (bits >> e & 1).unsigned_abs());
    }

    fn finish(mut self) -> [u64; N_ELEMENTS] {
        let last = self.last.take();
        self.count(last);
        self.counts
    }
}

/// What a customer's texts said of one element so far.
#[derive(Clone, Copy, Default)]
struct Said {
    named: u32,
    praised: u32,
    blamed: u32,
}

/// One row per customer who wrote. Per element `mention_<element>`, the share of the customer's texts that name it, and
/// `praise_<element>`, `(p − b) / (p + b)` of `p` texts that praise and `b` that blame it. Both are known of those alone
/// who named it: absence of mention is missing (`docs/domain.md#mentions-in-text`). A share needs two texts: over one
/// it is always 1.
fn signals(texts: &ScratchTable, wanted: &[ElementId], scratch: &Path) -> Result<ScratchTable, IntakeError> {
    let mut fields = vec![Field::new("customer_id", DataType::Utf8, false)];
    for element in wanted {
        fields
            .extend(["mention", "praise"].map(|what| Field::new(format!("{what}_{element}"), DataType::Float64, true)));
    }
    let schema = Arc::new(Schema::new(fields));
    let writer = ScratchWriter::create(scratch, "mentions", Arc::clone(&schema))?;
    let n = texts.columns().fields().len();
    let columns = [0, n - 3, n - 2, n - 1];
    let mut rows = SignalRows::new(wanted.len());
    let (mut open, mut said, mut count): (Option<String>, Vec<Said>, u32) =
        (None, vec![Said::default(); wanted.len()], 0);
    for batch in texts.read(&columns, None)? {
        let batch = batch.map_err(|error| broken(texts, &error.to_string()))?;
        let ids = batch.column(0).as_string::<i32>();
        let [praised, blamed, named] = [1, 2, 3].map(|at| batch.column(at).as_primitive::<Int64Type>());
        for i in 0..batch.num_rows() {
            if open.as_deref() != Some(ids.value(i)) {
                if let Some(id) = open.replace(ids.value(i).to_owned()) {
                    rows.close(&id, &mut said, count);
                }
                count = 0;
            }
            if named.is_null(i) {
                continue;
            }
            count += 1;
            for (said, element) in said.iter_mut().zip(wanted) {
                let bit = |bits: &Int64Array| (bits.value(i) >> element.index() & 1) as u32;
                said.named += bit(named);
                said.praised += bit(praised);
                said.blamed += bit(blamed);
            }
        }
        writer.write(rows.take(&schema).map_err(|error| broken(texts, &error.to_string()))?);
    }
    if let Some(id) = open {
        rows.close(&id, &mut said, count);
    }
    writer.write(rows.take(&schema).map_err(|error| broken(texts, &error.to_string()))?);
    writer.finish()
}

/// Rows of signals under construction.
struct SignalRows {
    ids: StringBuilder,
    cells: Vec<Float64Builder>,
}

impl SignalRows {
    fn new(elements: usize) -> Self {
        Self { ids: StringBuilder::new(), cells: (0..2 * elements).map(|_| Float64Builder::new()).collect() }
    }

    /// Ends a customer of `count` texts.
    fn close(&mut self, id: &str, said: &mut [Said], count: u32) {
        self.ids.append_value(id);
        for (pair, said) in self.cells.chunks_exact_mut(2).zip(said) {
            let Said { named, praised, blamed } = std::mem::take(said);
            let (p, b) = (f64::from(praised), f64::from(blamed));
            pair[0].append_option((named > 0 && count > 1).then(|| f64::from(named) / f64::from(count)));
            pair[1].append_option((p + b > 0.0).then(|| (p - b) / (p + b)));
        }
    }

    fn take(&mut self, schema: &Arc<Schema>) -> datafusion::arrow::error::Result<RecordBatch> {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.ids.finish())];
        columns.extend(self.cells.iter_mut().map(|cells| Arc::new(cells.finish()) as ArrayRef));
        RecordBatch::try_new(Arc::clone(schema), columns)
    }
}

fn broken(table: &ScratchTable, what: &str) -> IntakeError {
    IntakeError::Scratch { path: table.path().to_owned(), source: std::io::Error::other(what.to_owned()) }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Float64Array, StringArray, new_null_array};
    use datafusion::arrow::datatypes::Float64Type;

    use super::*;

    fn heard(texts: &[(&str, &str)]) -> (tempfile::TempDir, Heard) {
        let dir = tempfile::tempdir().expect("temp");
        let schema = Arc::new(Schema::new(vec![
            Field::new("customer_id", DataType::Utf8, true),
            Field::new("text", DataType::Utf8, true),
            Field::new("rating", DataType::Float64, true),
        ]));
        let column = |at: fn(&(&str, &str)) -> String| -> ArrayRef {
            Arc::new(texts.iter().map(at).map(Some).collect::<StringArray>())
        };
        let ratings = new_null_array(&DataType::Float64, texts.len());
        let batch = RecordBatch::try_new(
            Arc::clone(&schema),
            vec![column(|t| t.0.to_owned()), column(|t| t.1.to_owned()), ratings],
        );
        let writer = ScratchWriter::create(dir.path(), "feedback", schema).expect("starts");
        writer.write(batch.expect("fits"));
        let feedback = writer.finish().expect("closes");
        let catalogue = Catalogue::embedded();
        let listener = Listener::new(&catalogue).expect("English ships");
        let heard = hear(&feedback, &catalogue, &listener, dir.path(), 8, 100).expect("hears");
        (dir, heard)
    }

    fn column(table: &ScratchTable, name: &str) -> Vec<Option<f64>> {
        let at = table.columns().index_of(name).expect("there");
        let batches = table.read(&[at], None).expect("opens").map(|batch| batch.expect("reads"));
        batches
            .flat_map(|batch| {
                let cells: &Float64Array = batch.column(0).as_primitive::<Float64Type>();
                cells.iter().collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn what_many_mention_becomes_two_signals_known_of_those_who_did() {
        let ids: Vec<String> = (0..120).map(|i| format!("c{i:03}")).collect();
        let mut texts: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "Delivery was fast.")).collect();
        // One blames it once and writes of something else once; one never mentions it.
        texts[5].1 = "Delivery was slow.";
        texts.insert(6, (ids[5].as_str(), "The box looked ugly."));
        texts[8].1 = "The box looked ugly.";
        let (_dir, heard) = heard(&texts);
        let signals = heard.signals.expect("a hundred mention time");
        assert_eq!(signals.names().len(), 3, "{:?}", signals.names());
        let (mention, praise) = (column(&signals, "mention_saves_time"), column(&signals, "praise_saves_time"));
        assert_eq!((mention[0], praise[0]), (None, Some(1.0)), "over one text the share is always 1");
        assert_eq!((mention[5], praise[5]), (Some(0.5), Some(-1.0)));
        assert_eq!((mention[7], praise[7]), (None, None), "not mentioned is not known");
        assert_eq!(heard.texts.rows(), 121);
        assert!(!heard.texts.names().contains("text"), "no text is kept");
    }

    #[test]
    fn what_few_mention_is_no_signal() {
        let (_dir, heard) = heard(&[("a", "Delivery was fast."), ("b", "")]);
        assert!(heard.signals.is_none());
        let named = heard.texts.columns().index_of("named").expect("there");
        let batch = heard.texts.read(&[named], None).expect("opens").next().expect("one").expect("reads");
        assert!(batch.column(0).is_valid(0) && batch.column(0).is_null(1), "a text without a word says nothing");
    }
}
