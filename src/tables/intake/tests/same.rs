//! The same rows whatever the threads, the files, the order of rows and the memory.

use datafusion::arrow::array::{ArrayRef, Float32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::take_record_batch;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::fixture::{Base, arc, bits, write_parquet};

const CONFIG: &str = "
    [sources.people]
    files = \"people\"
    [sources.shop]
    files = \"shop\"
    [tables.customers]
    source = \"people\"
    [tables.ratings]
    source = \"people\"
    wide = { id = \"customer_id\", asked_at = \"asked_at\", elements = { quality = \"q\", informs = \"i\" } }
    [tables.orders]
    source = \"shop\"
    [tables.signals]
    query = \"select customer_id, sum(amount) as spent from shop group by customer_id\"
    columns = {}
";

fn people(n: usize) -> RecordBatch {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let ids: StringArray = (0..n).map(|i| Some(format!("c{:07}", i * 7919 % 100_003))).collect();
    let mut answers = || -> Float32Array {
        (0..n).map(|_| rng.gen_bool(0.8).then(|| (rng.gen_range(0..=100) as f32) / 10.0)).collect()
    };
    let (q, i) = (answers(), answers());
    let asked: StringArray = (0..n).map(|i| Some(format!("2026-0{}-01", 1 + i % 9))).collect();
    let columns: Vec<(&str, ArrayRef)> =
        vec![("customer_id", arc(ids)), ("q", arc(q)), ("i", arc(i)), ("asked_at", arc(asked))];
    RecordBatch::try_from_iter(columns).expect("fits")
}

fn orders(n: usize, customers: usize) -> RecordBatch {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
    let ids: StringArray =
        (0..n).map(|_| Some(format!("c{:07}", rng.gen_range(0..customers) * 7919 % 100_003))).collect();
    let at: StringArray =
        (0..n).map(|_| Some(format!("2026-0{}-1{}", rng.gen_range(1..9), rng.gen_range(0..9)))).collect();
    let amount: Vec<f64> = (0..n).map(|_| rng.gen_range(-1.0..50.0) / 3.0).collect();
    let order: Int64Array = (0..n as i64).map(Some).collect();
    let amount = datafusion::arrow::array::Float64Array::from(amount);
    let columns: Vec<(&str, ArrayRef)> =
        vec![("customer_id", arc(ids)), ("ordered_at", arc(at)), ("amount", arc(amount)), ("order_id", arc(order))];
    RecordBatch::try_from_iter(columns).expect("fits")
}

/// The base with its tables cut into `pieces` files each.
fn base(pieces: usize, people: &RecordBatch, orders: &RecordBatch) -> Base {
    let base = Base::new(CONFIG);
    for (folder, rows) in [("people", people), ("shop", orders)] {
        std::fs::create_dir_all(base.path().join(folder)).expect("makes folders");
        let n = rows.num_rows();
        for piece in 0..pieces {
            let (start, end) = (n * piece / pieces, n * (piece + 1) / pieces);
            let path = base.path().join(format!("{folder}/{piece:02}.parquet"));
            write_parquet(&path, &rows.slice(start, end - start), 1000);
        }
    }
    base
}

fn shuffled(rows: &RecordBatch) -> RecordBatch {
    let mut order: Vec<u32> = (0..rows.num_rows() as u32).collect();
    order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(9));
    take_record_batch(rows, &datafusion::arrow::array::UInt32Array::from(order)).expect("takes")
}

#[test]
fn one_two_and_eight_threads_one_and_seven_files_give_the_same_bits() {
    let (people, orders) = (people(70_000), orders(30_000, 70_000));
    let mut one = base(1, &people, &orders);
    one.threads = 1;
    let want = bits(&one.intake());
    assert_eq!(want.len(), 9);
    for threads in [2, 8] {
        one.threads = threads;
        assert!(bits(&one.intake()) == want, "{threads} threads differ from one");
    }
    let mut seven = base(7, &people, &orders);
    for threads in [1, 8] {
        seven.threads = threads;
        assert!(bits(&seven.intake()) == want, "7 files with {threads} threads differ from one file");
    }
}

#[test]
fn shuffled_rows_give_the_same_customers_answers_and_exact_sums() {
    let (people, orders) = (people(9_000), orders(9_000, 9_000));
    let config = CONFIG.split("[tables.signals]").next().expect("the part before");
    let run = |people: &RecordBatch, orders: &RecordBatch| {
        let base = Base::new(config);
        for (folder, rows) in [("people", people), ("shop", orders)] {
            std::fs::create_dir_all(base.path().join(folder)).expect("makes folders");
            write_parquet(&base.path().join(folder).join("a.parquet"), rows, 1000);
        }
        bits(&base.intake())
    };
    assert!(run(&people, &orders) == run(&shuffled(&people), &shuffled(&orders)));
}

#[test]
fn parts_read_side_by_side_are_the_blocks_in_order() {
    let (people, orders) = (people(40_000), orders(100, 100));
    let intake = base(1, &people, &orders).intake();
    let all: Vec<_> = intake.blocks().expect("opens").map(|block| block.expect("reads").ids).collect();
    let mut parts = Vec::new();
    for part in 0..intake.n_parts() {
        let blocks: Vec<_> = intake.blocks_of_part(part).expect("opens").map(|b| b.expect("reads").ids).collect();
        assert_eq!(blocks.len(), intake.part_blocks(part).len());
        parts.extend(blocks);
    }
    assert_eq!(parts, all);
    assert_eq!(all.len(), intake.n_blocks());
    assert!(all.iter().flatten().is_sorted());
}

#[test]
fn a_sort_that_spills_gives_the_same_rows() {
    let people = people(60_000);
    let wide = |n: usize| -> Vec<(String, ArrayRef)> {
        (0..n).map(|i| (format!("q{i}"), people.column(1 + i % 2).clone())).collect()
    };
    let elements: Vec<&str> = crate::catalogue::ElementId::all().map(crate::catalogue::ElementId::slug).collect();
    let map: Vec<String> = elements.iter().enumerate().map(|(i, e)| format!("{e} = \"q{i}\"")).collect();
    let config = format!(
        "[sources.s]\nfiles = \"s.parquet\"\n[tables.customers]\nsource = \"s\"\n\
         [[tables.ratings]]\nsource = \"s\"\nwide = {{ id = \"customer_id\", elements = {{ {0} }} }}\n\
         [[tables.ratings]]\nsource = \"s\"\nwide = {{ id = \"customer_id\", elements = {{ {0} }} }}",
        map.join(", ")
    );
    let mut columns = vec![("customer_id".to_owned(), people.column(0).clone())];
    columns.extend(wide(30));
    let batch = RecordBatch::try_from_iter(columns).expect("fits");
    let run = |memory: u64| {
        let mut base = Base::new(&config);
        base.memory = memory;
        write_parquet(&base.path().join("s.parquet"), &batch, 20_000);
        bits(&base.intake())
    };
    assert!(run(1 << 20) == run(8 << 30));
}
