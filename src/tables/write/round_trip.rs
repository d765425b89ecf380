//! Tables written and read back: values, nulls, order, metadata, and the same bytes however they were made.

use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{Date32Type, Float32Type, Float64Type, Int32Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;

use super::fixture::{blocks, complete, indicators, meta, nights, prospects, segments};
use super::table_file::TableFile;
use super::*;
use crate::catalogue::ElementId;
use crate::model::rows::{ArcStage, MoveEvent, MoveReason, Moved, SegmentNames};
use crate::model::segment::drift::DriftRow;
use crate::model::segment::flows::Flows;
use crate::tables::schema::{
    About, CandidateRow, Cell, ColumnType, Columns, CustomerLabels, MoveRow, QualityRow, RejectedRow, SCHEMA_VERSION,
    SensitivePolicy, TableId, TableSource, arc_transition_rows, distinct_rejected, numbered_candidates,
    numbered_checks,
};

/// A folder like a run folder.
fn run_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    std::fs::create_dir(folder.path().join("rejected")).unwrap();
    folder
}

fn read(folder: &Path, table: TableId) -> (RecordBatch, ParquetMetaData) {
    let file = File::open(folder.join(table.path())).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let (schema, metadata) = (builder.schema().clone(), builder.metadata().as_ref().clone());
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    (concat_batches(&schema, &batches).unwrap(), metadata)
}

/// Text of a category column; `None` = null.
fn word<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let array = batch.column_by_name(column).unwrap().as_dictionary::<Int32Type>();
    array.is_valid(row).then(|| array.values().as_string::<i32>().value(array.keys().value(row) as usize))
}

fn float(batch: &RecordBatch, column: &str, row: usize) -> Option<f32> {
    let array = batch.column_by_name(column).unwrap().as_primitive::<Float32Type>();
    array.is_valid(row).then(|| array.value(row))
}

/// Writes rows `0..n` of both large tables in batches of `batch`.
fn write(folder: &Path, n: usize, batch: usize, masked: u64) -> [WrittenFile; 2] {
    let (segments, indicators) = (segments(), indicators());
    let labels = CustomerLabels { segments: &segments, indicators: &indicators, masked };
    let mut customers = CustomersWriter::new(folder, &meta(), &labels).unwrap();
    let mut scores = ElementScoresWriter::new(folder, &meta(), masked).unwrap();
    for from in (0..n).step_by(batch) {
        let (block, scored) = blocks(from, (from + batch).min(n));
        let to = (from + batch).min(n);
        customers.write(&block, &scored, &nights(from, to), &prospects(from, to)).unwrap();
        scores.write(&block, &scored).unwrap();
    }
    let customers = complete(customers.finish().unwrap(), folder);
    [customers, scores.finish().unwrap()]
}

#[test]
fn customers_come_back_as_they_were_and_what_is_not_known_is_null() {
    let folder = run_folder();
    let [written, _] = write(folder.path(), 30, 30, 0);
    assert_eq!((written.name.as_str(), written.rows), ("tables/customers.parquet", Some(30)));
    let (batch, _) = read(folder.path(), TableId::Customers);
    assert_eq!(batch.schema().fields(), TableId::Customers.arrow_schema().fields());
    let days = batch.column(0).as_primitive::<Date32Type>();
    assert!(days.iter().all(|day| day == Some(20_778)));
    assert_eq!(batch.column(1).as_string::<i32>().value(29), "c_0000029");
    // Row 4: segment 4 % 3, runner-up 5 % 3, tier 4 % 5, value 4 − 100.5.
    assert_eq!(word(&batch, "segment_id", 4), Some("S02"));
    assert_eq!(word(&batch, "runner_up_id", 4), Some("S03"));
    assert_eq!(float(&batch, "segment_probability", 4), Some(0.54));
    assert_eq!(word(&batch, "reason_1", 4), Some("importance_organizes"));
    assert_eq!(word(&batch, "reason_2", 4), Some("orders_90d"));
    assert_eq!(word(&batch, "reason_3", 4), None);
    assert_eq!(word(&batch, "need_tier", 4), Some("growth"));
    assert_eq!(float(&batch, "need_tier_probability", 4), Some(0.75));
    assert_eq!(float(&batch, "safety_probability", 4), Some(0.0625));
    assert_eq!((word(&batch, "need_candidate_1", 4), word(&batch, "need_tier", 7)), (None, None));
    assert_eq!(word(&batch, "need_candidate_1", 7), Some("safety"));
    assert_eq!((float(&batch, "safety_probability", 7), word(&batch, "need_candidate_2", 7)), (None, Some("esteem")));
    assert_eq!(word(&batch, "basis", 4), Some("mixed"));
    let value = batch.column_by_name("value_365d").unwrap().as_primitive::<Float64Type>();
    assert_eq!((value.value(4), value.is_null(3)), (-96.5, true));
    // Row 7 has no evidence, row 8 is suppressed.
    assert_eq!((word(&batch, "segment_id", 7), word(&batch, "unassigned_reason", 7)), (None, Some("no_evidence")));
    assert_eq!(word(&batch, "suppressed_reason", 8), Some("objection_marketing"));
    assert_eq!(word(&batch, "need_state", 8), Some("undetermined"));
    // 0 is a value, absent is null, and what is no number is null.
    assert_eq!(float(&batch, "safety_fulfillment", 8), Some(0.0));
    assert_eq!(float(&batch, "belonging_fulfillment", 8), None);
    assert_eq!(float(&batch, "esteem_fulfillment", 8), None);
    // Row 4 is held out, row 5 has something open, row 6 has a plan without lines, of row 8 nothing is computed.
    assert_eq!((word(&batch, "next_play", 4), word(&batch, "next_play_reason", 4)), (None, Some("held_out")));
    assert_eq!(word(&batch, "next_play", 5), Some("recover_promise"));
    assert_eq!((word(&batch, "next_play", 6), word(&batch, "next_play_reason", 6)), (None, Some("nothing")));
    assert_eq!((word(&batch, "next_play", 18), word(&batch, "next_play_reason", 18)), (None, None));
    let holdout = batch.column_by_name("holdout").unwrap().as_boolean();
    assert_eq!(holdout.iter().flatten().filter(|held| *held).count(), 3);
}

#[test]
fn every_column_of_which_something_is_known_is_filled() {
    let folder = run_folder();
    write(folder.path(), 100, 100, 0);
    let (batch, _) = read(folder.path(), TableId::Customers);
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let empty: Vec<&str> =
        columns.filter(|(_, column)| column.null_count() == 100).map(|(field, _)| field.name().as_str()).collect();
    // The fixture never has a third reason, a second tier, a known belonging tier, a number for esteem, the emotional
    // level, a number for the life-changing one, a number for rewards, a lasting feeling, a risk or a next element.
    let unknown = [
        "reason_3",
        "need_runner_up",
        "belonging_fulfillment",
        "esteem_fulfillment",
        "emotional_fulfillment",
        "life_changing_fulfillment",
        "slide_risk",
        "reward_share",
        "emotional_consistency",
        "next_element",
        "next_probability",
        "next_gap",
        "next_candidate_1",
        "next_candidate_2",
    ];
    assert_eq!(empty, unknown);
}

#[test]
fn scores_come_back_and_a_score_without_evidence_is_null() {
    let folder = run_folder();
    write(folder.path(), 30, 30, 0);
    let (batch, _) = read(folder.path(), TableId::ElementScores);
    // Row 3, importance of element 4 (organizes), indicator 4: (3·7 + 4·13) / 100 = 0.73, error of indicator 5 / 10.
    assert_eq!(float(&batch, "importance_organizes", 3), Some(0.73));
    assert_eq!(float(&batch, "importance_organizes_se", 3), Some(0.086));
    // Fulfillment of element 4 is indicator 34: (21 + 442) / 100.
    assert_eq!(float(&batch, "fulfillment_organizes", 3), Some(4.63));
    // (3 + 2) % 5 = 0: indicator 2 of row 3 does not exist; rows 7 to 9 have nothing.
    assert_eq!(float(&batch, "importance_makes_money", 3), None);
    assert_eq!(float(&batch, "importance_makes_money_se", 3), None);
    assert!((2..batch.num_columns()).all(|i| batch.column(i).is_null(8)));
    assert_eq!(word(&batch, "importance_organizes_provenance", 3), Some("learned"));
}

#[test]
fn the_same_rows_give_the_same_bytes_for_any_batches_and_threads() {
    let n = 2 * CHUNK_ROWS + 777;
    let with = |threads: usize, batch: usize| {
        let folder = run_folder();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write(folder.path(), n, batch, 0)).map(|written| written.sha256)
    };
    let first = with(1, CHUNK_ROWS);
    for (threads, batch) in [(2, CHUNK_ROWS), (8, CHUNK_ROWS), (2, 1000), (1, n), (8, 8191)] {
        assert_eq!(with(threads, batch), first, "{threads} threads, batches of {batch}");
    }
}

#[test]
fn row_groups_and_pages_end_where_the_layout_says() {
    let folder = run_folder();
    let n = ROW_GROUP_ROWS + 5;
    write(folder.path(), n, CHUNK_ROWS, 0);
    let (batch, metadata) = read(folder.path(), TableId::Customers);
    assert_eq!(batch.num_rows(), n);
    let rows: Vec<i64> =
        metadata.row_groups().iter().map(parquet::file::metadata::RowGroupMetaData::num_rows).collect();
    assert_eq!(rows, [ROW_GROUP_ROWS as i64, 5]);
    // A column that is null throughout costs next to nothing.
    let group = metadata.row_group(0);
    let empty = group.columns().iter().find(|c| c.column_path().string() == "need_runner_up").unwrap();
    assert!(empty.compressed_size() < 300, "{} bytes", empty.compressed_size());
    assert!(group.columns().iter().all(|column| column.statistics().is_some()));
}

#[test]
fn rows_about_customers_neither_show_nor_name_masked_elements() {
    let folder = run_folder();
    let wellness = ElementId::parse("wellness").unwrap();
    write(folder.path(), 100, 100, SensitivePolicy::AggregateOnly.masked_ratings([wellness]));
    let (scores, _) = read(folder.path(), TableId::ElementScores);
    for column in ["importance_wellness", "importance_wellness_se", "fulfillment_wellness", "fulfillment_wellness_se"] {
        assert_eq!(scores.column_by_name(column).unwrap().null_count(), 100, "{column}");
    }
    assert!(scores.column_by_name("fulfillment_badge_value").unwrap().null_count() < 100);
    // A score that is withheld says so; one that does not exist has no provenance either: (row + 2·19) % 5 or so = 0.
    let known = scores.column_by_name("fulfillment_badge_value_provenance").unwrap().null_count();
    assert!(known > 0 && known < 100);
    let mut words: Vec<Option<&str>> =
        (0..100).map(|row| word(&scores, "importance_wellness_provenance", row)).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words, [None, Some("withheld")]);
    let (customers, _) = read(folder.path(), TableId::Customers);
    // Indicator 19 (importance of wellness) spoke against in every row, and for in row 19 + 61.
    assert_eq!(customers.column_by_name("reason_against").unwrap().null_count(), 100);
    assert_eq!(word(&customers, "reason_1", 80), None);
    assert_eq!(word(&customers, "reason_1", 81), Some("importance_therapeutic_value"));
}

#[test]
fn metadata_names_table_version_model_night_and_columns_and_nothing_else() {
    let folder = run_folder();
    write(folder.path(), 10, 10, 0);
    let (_, metadata) = read(folder.path(), TableId::Customers);
    let file = metadata.file_metadata();
    assert!(file.created_by().unwrap().starts_with("valueseg version "));
    let pairs = file.key_value_metadata().unwrap();
    let value = |key: &str| pairs.iter().find(|kv| kv.key == key).and_then(|kv| kv.value.clone()).unwrap();
    assert_eq!(value("valueseg.table"), "customers");
    assert_eq!(value("valueseg.schema_version"), SCHEMA_VERSION);
    assert_eq!(value("valueseg.model_id"), "m-2026-11-01-00ff");
    assert_eq!(value("valueseg.as_of"), "2026-11-21");
    let docs: serde_json::Value = serde_json::from_str(&value("valueseg.docs")).unwrap();
    assert!(docs["holdout"].as_str().unwrap().contains("never in an audience"));
    let keys: Vec<&str> = pairs.iter().map(|kv| kv.key.as_str()).filter(|key| !key.starts_with("valueseg.")).collect();
    assert_eq!(keys, ["ARROW:schema"]);
}

#[test]
fn stays_and_relationships_come_back_and_of_those_not_scored_only_the_level() {
    let folder = run_folder();
    write(folder.path(), 20, 7, 0);
    let (batch, _) = read(folder.path(), TableId::Customers);
    let number = |column: &str, row: usize| {
        let array = batch.column_by_name(column).unwrap().as_primitive::<Int32Type>();
        array.is_valid(row).then(|| array.value(row))
    };
    // Row 4: fully by the evidence; row 8 is suppressed; row 9 waits for the second segment.
    assert_eq!(word(&batch, "connection_stage", 4), Some("not_connected"));
    assert_eq!((word(&batch, "connection_stage", 5), word(&batch, "connection_stage", 8)), (None, None));
    assert_eq!((number("arc_stage", 4), number("arc_stage", 8)), (Some(4), None));
    assert_eq!(word(&batch, "arc_evidence", 4), Some("dealings+gave_opinion"));
    assert_eq!(word(&batch, "arc_evidence", 3), None, "no facts are no text");
    assert_eq!(
        (word(&batch, "relationship_level", 8), word(&batch, "relationship_reason", 8)),
        (Some("0"), Some("not_scored"))
    );
    assert_eq!((word(&batch, "pending_segment_id", 9), number("nights_pending", 9)), (Some("S02"), Some(2)));
    assert_eq!((word(&batch, "previous_segment_id", 4), number("nights_pending", 4)), (Some("S02"), None));
    assert_eq!(
        (float(&batch, "consistency", 4), float(&batch, "consistency", 8)),
        (Some(0.25), None),
        "the least of both"
    );
    assert_eq!((float(&batch, "reward_share", 4), float(&batch, "experience_balance", 4)), (None, Some(-1.5)));
    let troubled = batch.column_by_name("trouble").unwrap().as_boolean();
    assert!(troubled.value(5) && !troubled.value(4) && troubled.is_null(8));
}

#[test]
fn blocks_that_cannot_be_right_are_refused() {
    let folder = run_folder();
    let (segments, indicators) = (segments(), indicators());
    let labels = CustomerLabels { segments: &segments[..2], indicators: &indicators, masked: 0 };
    let mut writer = CustomersWriter::new(folder.path(), &meta(), &labels).unwrap();
    let (block, scored) = blocks(0, 10);
    let error = writer.write(&block, &scored, &nights(0, 10), &prospects(0, 10)).unwrap_err();
    assert!(matches!(error, WriteError::Label { what: "segments", position: 2, known: 2, .. }), "{error}");
    let (_, shorter) = blocks(0, 9);
    assert!(matches!(
        writer.write(&block, &shorter, &nights(0, 10), &prospects(0, 10)).unwrap_err(),
        WriteError::Block { .. }
    ));
    let mut scores = ElementScoresWriter::new(folder.path(), &meta(), 0).unwrap();
    scores.write(&block, &scored).unwrap();
    assert!(matches!(scores.write(&block, &scored).unwrap_err(), WriteError::Order { row: 10, .. }));
}

#[test]
fn a_table_without_rows_still_has_its_columns() {
    let folder = run_folder();
    for table in TableId::ALL {
        let written = TableFile::create(folder.path(), table, &meta()).unwrap().finish().unwrap();
        assert_eq!((written.rows, written.name), (Some(0), table.path()));
        let (batch, _) = read(folder.path(), table);
        assert_eq!(batch.num_rows(), 0);
        assert_eq!(batch.schema().fields(), table.arrow_schema().fields());
    }
}

#[test]
fn small_tables_are_sorted_by_key_and_a_key_is_never_used_twice() {
    let folder = run_folder();
    let candidate = |method: &str, k| CandidateRow { method: method.to_owned(), k, q: 0, ..CandidateRow::default() };
    let rows = [candidate("mixture", 3), candidate("kmeans", 10), candidate("kmeans", 9)];
    write_rows(numbered_candidates(&rows), folder.path(), &meta()).unwrap();
    let (batch, _) = read(folder.path(), TableId::Candidates);
    let ks: Vec<i32> = batch.column_by_name("k").unwrap().as_primitive::<Int32Type>().values().to_vec();
    assert_eq!(ks, [9, 10, 3]);
    let invented = |name, number: u64| Invented { name, number: Cell::from(number) };
    let twice = [invented("a", 1), invented("b", 2), invented("a", 3)];
    let error = write_rows(&twice, run_folder().path(), &meta()).unwrap_err();
    assert!(matches!(error, WriteError::Order { table: "drift", row: 1 }), "{error}");
}

/// Rows in order of their key are read back as the declaration fills them, column by column.
fn come_back<R: TableSource<Value = Cell>>(rows: &[R]) {
    let folder = run_folder();
    let written = write_rows(rows.iter().copied(), folder.path(), &meta()).unwrap();
    let back = crate::tables::read::all_rows(&folder.path().join(written.name)).unwrap();
    assert_eq!(back.len(), rows.len());
    let table = R::table();
    for (row, back) in rows.iter().zip(back) {
        assert_eq!(back.len(), 1 + table.columns().len());
        for column in table.columns() {
            let cell = column.fill().map_or(Cell::Null, |fill| fill(*row));
            let value = match cell {
                Cell::Null => serde_json::Value::Null,
                Cell::Bool(value) => value.into(),
                Cell::Int(value) => value.into(),
                Cell::Float(value) => value.into(),
                Cell::Text(value) => value.into(),
                Cell::Day(_) => unreachable!("no row of these tests holds a day"),
            };
            assert_eq!(back[column.name()], value, "{}.{}", table.id().slug(), column.name());
        }
    }
}

#[test]
fn rows_of_small_tables_come_back_as_declared() {
    let candidate = CandidateRow { method: "kmeans".to_owned(), k: 4, ari: Some(0.9), ..CandidateRow::default() };
    let other = CandidateRow { method: "mixture".to_owned(), q: 2, bic: Some(-3.5), chosen: true, ..candidate.clone() };
    come_back(&numbered_candidates(&[candidate.clone(), candidate, other]));
    let mut calm = Flows::default();
    calm.add_many(ArcStage::Meaning, ArcStage::Exists, 40);
    come_back(&arc_transition_rows(&calm, &Flows::default(), 10));
}

#[test]
fn moves_come_back_and_their_order_is_checked() {
    let (folder, names) = (run_folder(), SegmentNames::new(&segments(), []));
    let mut writer = MovesWriter::new(folder.path(), &meta(), &names).unwrap();
    let moved = Moved { event: MoveEvent::Held, reason: MoveReason::Answers, from: Some(1), to: Some(2) };
    let row = |id: &str, nights_pending| MoveRow { customer_id: id.to_owned(), moved, nights_pending };
    writer.push(row("a", Some(3))).unwrap();
    writer.push(row("b", None)).unwrap();
    assert!(matches!(writer.push(row("b", None)).unwrap_err(), WriteError::Order { table: "moves", row: 2 }));
    assert_eq!(writer.finish().unwrap().rows, Some(2));
    let (batch, _) = read(folder.path(), TableId::Moves);
    let words = ["event", "from_segment_id", "to_segment_id", "reason"].map(|column| word(&batch, column, 1).unwrap());
    assert_eq!(words, ["held", "S02", "S03", "answers"]);
    let pending = batch.column_by_name("nights_pending").unwrap().as_primitive::<Int32Type>();
    assert_eq!((pending.value(0), pending.is_null(1)), (3, true));
}

#[test]
fn findings_that_share_a_name_are_numbered_and_none_is_lost() {
    let folder = run_folder();
    let candidate = |ari| CandidateRow { method: "mixture".to_owned(), k: 4, ari, ..CandidateRow::default() };
    let candidates = [candidate(Some(0.9)), candidate(None)];
    write_rows(numbered_candidates(&candidates), folder.path(), &meta()).unwrap();
    let (batch, _) = read(folder.path(), TableId::Candidates);
    let attempts = batch.column_by_name("attempt").unwrap().as_primitive::<Int32Type>().values().to_vec();
    let ari = batch.column_by_name("ari").unwrap().as_primitive::<Float64Type>();
    assert_eq!((attempts, ari.value(0), ari.is_null(1)), (vec![1, 2], 0.9, true));
    let check = |message: &str| QualityRow {
        input: "ratings".to_owned(),
        check_id: "R0104:Q7".to_owned(),
        severity: "note".to_owned(),
        status: "note".to_owned(),
        value: None,
        limit: None,
        rows: Some(3),
        message: message.to_owned(),
    };
    let checks = [check("rows"), check("cells")];
    write_rows(numbered_checks(&checks), folder.path(), &meta()).unwrap();
    let (batch, _) = read(folder.path(), TableId::Quality);
    assert_eq!((word(&batch, "check_id", 0), word(&batch, "check_id", 1)), (Some("R0104:Q7"), Some("R0104:Q7#2")));
}

/// A row of `drift` with two columns of its own.
struct Invented {
    name: &'static str,
    number: Cell,
}

impl TableSource for &Invented {
    type Value = Cell;

    const ABOUT: About = <&DriftRow>::ABOUT;

    fn columns(t: &mut Columns<Self>) {
        t.key("indicator", ColumnType::Category, "Name.", |row| row.name);
        t.filled("kind", ColumnType::Int32, "Number.", |row| row.number.clone());
    }
}

#[test]
fn a_row_has_to_fit_its_table() {
    let write = |number| write_rows([&Invented { name: "a", number }], run_folder().path(), &meta()).unwrap_err();
    for wrong in [Cell::from("three"), Cell::from(u64::MAX), Cell::from(1.5)] {
        let error = write(wrong);
        assert!(matches!(&error, WriteError::Cell { table: "drift", column } if column == "kind"), "{error}");
    }
    let missing = write(Cell::Null);
    assert!(matches!(&missing, WriteError::Missing { column, .. } if column == "kind"), "{missing}");
}

#[test]
fn rejected_rows_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = run_folder();
    let row = RejectedRow {
        input_table: "ratings".to_owned(),
        source: "survey".to_owned(),
        file: "in/survey/a.csv".to_owned(),
        row_number: 418,
        column_name: "Q7".to_owned(),
        code: "R0104".to_owned(),
        scope: "cell".to_owned(),
        kind: "off_scale".to_owned(),
    };
    let rows = [row.clone(), row];
    let written = write_rows(distinct_rejected(&rows), folder.path(), &meta()).unwrap();
    assert_eq!(written.rows, Some(1));
    assert_eq!(written.name, "rejected/rows.parquet");
    let path = folder.path().join(&written.name);
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let (batch, _) = read(folder.path(), TableId::RejectedRows);
    assert_eq!(batch.column_by_name("row_number").unwrap().as_primitive::<Int64Type>().value(0), 418);
}
