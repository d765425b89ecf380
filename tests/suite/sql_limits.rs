//! SQL of a person: the largest that is allowed runs, what asks for more is refused at once, and what goes wrong while it runs
//! is the person's to mend, never a bug.

use std::time::{Duration, Instant};

use crate::shop::{Said, Shop};

const ORDERS: &str = "select customer_id, '2026-11-01' as ordered_at";

/// A small shop whose orders come from a query.
fn shop(query: &str, run: &str) -> Shop {
    let shop = Shop::new(20);
    let config = shop.read("valueseg.toml");
    let query = query.replace("crm", "customers");
    shop.write("valueseg.toml", format!("{config}\n[tables.orders]\nquery = \"\"\"{query}\"\"\"\n{run}"));
    shop
}

fn deep(query: &str, run: &str) -> Said {
    shop(query, run).say(&["check", "--deep", "--as-of", "2026-11-20"])
}

/// A condition of so many `=` and one `or` less.
fn ors(n: usize) -> String {
    (0..n).map(|i| format!("customer_id = 'K{i:05}'")).collect::<Vec<_>>().join(" or ")
}

fn unions(n: usize) -> String {
    vec![format!("{ORDERS} from crm"); n].join(" union all ")
}

fn nested(n: usize) -> String {
    format!("{ORDERS} from {}crm{}", "(select * from ".repeat(n), ")".repeat(n))
}

#[test]
fn the_largest_queries_that_are_allowed_run() {
    let whens: String = (0..490).map(|i| format!(" when customer_id = 'K{i:05}' then 'c{i}'")).collect();
    let joins: String = (0..60).map(|i| format!(" join crm t{i} on t{i}.customer_id = c.customer_id")).collect();
    let chain: String = (0..8)
        .map(|i| {
            format!(", a{} as (select customer_id from a{i} union all select customer_id from a{i} where 1 = 0)", i + 1)
        })
        .collect();
    let queries = [
        format!("{ORDERS} from crm where {}", ors(500)),
        format!("{ORDERS}, 'x'{} as order_id from crm", " || 'x'".repeat(1000)),
        format!("{ORDERS}, 1{} as amount from crm", " + 1".repeat(999)),
        unions(128),
        nested(40),
        format!("{ORDERS} from crm where {}customer_id <> ''{}", "not (".repeat(40), ")".repeat(40)),
        format!("{ORDERS}, case{whens} end as category from crm"),
        format!("select c.customer_id, '2026-11-01' as ordered_at from crm c{joins}"),
        format!(
            "with a0 as (select customer_id from crm){} {ORDERS} from a5",
            &chain[..chain.find(", a6").expect("six")]
        ),
        format!("{ORDERS} from crm where customer_id in ({})", vec!["'K00001'"; 19_000].join(",")),
    ];
    for query in queries {
        let said = deep(&query, "");
        assert_eq!(said.code, 0, "{} …: {}{}", &query[..60.min(query.len())], said.stdout, said.stderr);
    }
}

#[test]
fn what_asks_for_more_is_refused_at_once_by_check_and_night() {
    let queries = [
        format!("{ORDERS} from crm where {}", ors(1000)),
        format!("{ORDERS}, 'x'{} as order_id from crm", " || 'x'".repeat(5000)),
        unions(2000),
        nested(60),
        format!("{ORDERS}, {}1 1{} as amount from crm", "cast(".repeat(45), " as int)".repeat(45)),
        "with recursive a as (select 1 as n union all select n + 1 from a) select n as customer_id, '2026-11-01' as ordered_at from a"
            .to_owned(),
        "select value as customer_id, '2026-11-01' as ordered_at from generate_series(1, 1000000000000)".to_owned(),
    ];
    for query in queries {
        let (shop, since) = (shop(&query, ""), Instant::now());
        let checked = shop.say(&["check"]);
        assert_eq!(checked.code, 2, "{}", checked.stdout);
        assert!(checked.stdout.contains("E0331"), "{}", checked.stdout);
        let night = shop.night();
        assert_eq!(night.code, 2);
        assert!(night.stderr.contains("E0331") && night.stderr.contains("tables.orders.query"), "{}", night.stderr);
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    }
}

#[test]
fn texts_without_measure_are_refused_before_they_are_made() {
    let made = [
        "repeat('x', 6000000000)",
        "repeat(customer_id, 100000000)",
        "lpad(customer_id, 100000000)",
        "rpad('x', 2000000000)",
        "replace(repeat('x', 30000), 'x', repeat('y', 30000))",
        "concat(repeat('x', 20000000), repeat('x', 20000000))",
        "repeat('x', 20000000) || repeat('x', 20000000)",
    ];
    for text in made {
        let said = deep(&format!("{ORDERS}, {text} as order_id from crm"), "[run]\nmemory_limit = \"256MiB\"\n");
        assert_eq!(said.code, 2, "{text}: {}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains("E0331") && said.stdout.contains("bytes of text"), "{text}: {}", said.stdout);
    }
    let said = deep(&format!("{ORDERS}, repeat(customer_id, 3) || lpad('7', 3, '0') as order_id from crm"), "");
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
}

#[test]
fn a_query_that_runs_too_long_ends_by_its_time() {
    let wide = "select a.customer_id, '2026-11-01' as ordered_at, count(*) as amount from crm a, crm b, crm c, crm d, crm e, crm f, crm \
                g, crm h, crm i group by a.customer_id";
    let since = Instant::now();
    let said = deep(wide, "[run]\nquery_timeout = \"2s\"\n");
    assert_eq!(said.code, 2, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("E0335") && said.stdout.contains("run.query_timeout"), "{}", said.stdout);
    assert!(since.elapsed() < Duration::from_mins(1), "{:?}", since.elapsed());
}

#[test]
fn a_dirty_cell_under_a_cast_is_told_with_file_and_row_and_without_its_value() {
    for extra in ["", ", \"_file\", \"_row\""] {
        for made in
            ["cast(net as double)", "case when net <> '' then cast(net as double) end", "cast(net as double) + 1"]
        {
            let shop = Shop::new(20);
            let mut lines = "customer_id,net\n".to_owned();
            lines.extend((0..300).map(|i| format!("K{:05},{}\n", i % 20, if i == 217 { "12x,Zo" } else { "" })));
            shop.write("in/net.csv", lines.replace("12x,Zo", "\"12x,Zo\""));
            let config = shop.read("valueseg.toml");
            let query = format!("select customer_id, '2026-11-01' as ordered_at, {made} as amount{extra} from net");
            let query = if made.starts_with("case") { query } else { query + " where net <> ''" };
            let tables =
                format!("[sources.net]\nfiles = \"in/net.csv\"\n[tables.orders]\nquery = \"\"\"{query}\"\"\"\n");
            shop.write("valueseg.toml", format!("{config}\n{tables}"));
            let said = shop.night();
            assert_eq!(said.code, 2, "{}", said.stderr);
            for part in ["E0334", "in/net.csv, row 219", "`99a,Aa`", "try_cast"] {
                assert!(said.stderr.contains(part), "{made}{extra}: {}", said.stderr);
            }
            assert!(!said.stderr.contains("12x"), "{}", said.stderr);
        }
    }
}

#[test]
fn ten_thousand_columns_are_read_and_too_many_signals_are_refused_at_once() {
    let shop = Shop::new(20);
    let names: Vec<String> = (0..9_999).map(|i| format!("c{i}")).collect();
    let row = |id: &str| format!("{id}{}\n", ",7".repeat(9_999));
    shop.write("in/wide.csv", format!("customer_id,{}\n{}{}", names.join(","), row("K00001"), row("K00002")));
    let config = shop.read("valueseg.toml");
    let signals: String = (0..9_999).map(|i| format!("d{i} = \"c{i}\", ")).collect();
    let mapped = format!("source = \"wide\"\ncolumns = {{ customer_id = \"customer_id\", {signals} }}");
    for (table, spec, code) in [
        ("signals", mapped.as_str(), "E0329"),
        ("signals", "query = \"select * from wide\"", "E0329"),
        ("orders", "query = \"select *, '2026-11-01' as ordered_at from wide\"", "E0331"),
        ("orders", "query = \"select customer_id, c7 as amount, '2026-11-01' as ordered_at from wide\"", ""),
    ] {
        let text = format!("{config}\n[sources.wide]\nfiles = \"in/wide.csv\"\n[tables.{table}]\n{spec}\n");
        shop.write("valueseg.toml", text);
        let since = Instant::now();
        let said = shop.say(&["check", "--deep", "--as-of", "2026-11-20"]);
        assert_eq!(said.code == 0, code.is_empty(), "{}{}", &said.stdout[..1000.min(said.stdout.len())], said.stderr);
        assert!(said.stdout.contains(code), "{code}");
        assert!(since.elapsed() < Duration::from_mins(1), "{table}: {:?}", since.elapsed());
    }
}
