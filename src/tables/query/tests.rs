use super::*;

/// On a stack as the program's own threads have it: without optimization the parser needs more than a test's.
fn read_query(sql: &str) -> Result<(Statement, Shape), Unread> {
    let work = || read(sql, &Limits::QUERY);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("no panic")
    })
}

fn refused(sql: &str) -> Option<&'static str> {
    match read_query(sql) {
        Err(Unread::Limit(limit)) => {
            assert!(limit.seen > limit.allowed && !limit.cure.is_empty());
            Some(limit.what)
        }
        Err(Unread::Sql(_)) => Some("no SQL"),
        Ok(_) => None,
    }
}

fn shape(sql: &str) -> Shape {
    read_query(sql).expect("a query").1
}

#[test]
fn casts_that_never_end_are_read_or_refused_at_once() {
    let casts = |n: usize, inside: &str| format!("select {}{inside}{}", "cast(".repeat(n), " as int)".repeat(n));
    assert_eq!(refused(&casts(40, "1")), None);
    assert_eq!(refused(&casts(50, "1")), Some("brackets and `case`s inside each other"));
    // A slip in the middle: each level would be read in two ways.
    assert_eq!(refused(&casts(40, "1 1")), Some("ways to read nested parts"));
    for (open, close) in
        [("position(", " in x)"), ("trim(", ")"), ("not (", ")"), ("(select * from (", "))"), ("x in (", ")")]
    {
        let n = if open.contains("from") { 16 } else { 40 };
        let _ = refused(&format!("select {}1 1{} from t", open.repeat(n), close.repeat(n)));
    }
    let tables = |n: usize| format!("select * from {}t t t{}", "((select * from ".repeat(n), "))".repeat(n));
    let _ = refused(&tables(20));
    assert_eq!(refused(&format!("select {}'1 day' x y z", "interval ".repeat(40))), Some("no SQL"));
}

#[test]
fn a_with_counts_each_time_it_is_read() {
    let doubling = |n: usize| {
        let steps = (1..=n).map(|i| format!(", a{i} as (select x from a{} union all select x from a{})", i - 1, i - 1));
        format!("with a0 as (select x from t){} select x from a{n}", steps.collect::<String>())
    };
    // t and its select are 2; each step twice the last and its own two selects; and the select at the end: 2, 6, 14, 30.
    assert_eq!(shape(&doubling(3)).parts, 31);
    assert_eq!(refused(&doubling(5)), None);
    assert_eq!(refused(&doubling(6)), None);
    assert_eq!(refused(&doubling(7)), Some("selects and tables read, those of a `with` each time"));
    assert_eq!(refused(&doubling(20)), Some("selects and tables read, those of a `with` each time"));
    let inside = "with a as (with b as (select 1 from t) select 1 from b, b b2) select 1 from a, a a2";
    // b is 2; a reads it twice and selects: 5; the whole reads that twice and selects: 11.
    assert_eq!(shape(inside).parts, 11);
    let shadowed = "with a as (select 1 from a) select 1 from a";
    assert_eq!(shape(shadowed).parts, 3);
}

#[test]
fn what_has_no_bound_is_refused() {
    assert_eq!(
        refused("with recursive a as (select 1 union all select * from a) select * from a"),
        Some("`with recursive`")
    );
    for rows in ["generate_series(1, 10)", "range(1, 2)", "table(f(1))", "unnest([1])", "lateral f(1)"] {
        assert_eq!(refused(&format!("select * from {rows}")), Some("functions in place of a table"), "{rows}");
    }
    assert_eq!(refused(&format!("select 1{}", " union all select 1".repeat(255))), None);
    let unions = format!("select 1{}", " union all select 1".repeat(256));
    assert_eq!(refused(&unions), Some("selects and tables read, those of a `with` each time"));
    let joins =
        |n: usize| format!("select 1 from t{}", (0..n).map(|i| format!(" join t t{i} on true")).collect::<String>());
    assert_eq!(refused(&joins(64)), None);
    assert_eq!(refused(&joins(65)), Some("joins and selects inside expressions, those of a `with` each time"));
    assert_eq!(refused(&format!("select 1 from t{}", ", t".repeat(65))), refused(&joins(65)));
    let cube = |n: usize| format!("select 1 from t group by cube({})", vec!["a"; n].join(","));
    assert_eq!(refused(&cube(6)), None);
    assert_eq!(refused(&cube(7)), Some("ways in which a query groups"));
    assert_eq!(refused("drop table t"), Some("no SQL"));
    assert_eq!(refused("select 1; select 2"), Some("no SQL"));
    assert_eq!(refused("explain select 1"), Some("no SQL"));
}

#[test]
fn what_takes_columns_without_naming_them_is_seen() {
    for sql in
        ["select * from t", "select t.* from t", "select a from t natural join u", "select a from (select * from t)"]
    {
        assert!(shape(sql).unnamed, "{sql}");
    }
    assert!(!shape("select count(*), a * 2 from t join u on t.a = u.a").unnamed);
}

#[test]
fn a_query_that_gives_a_table_as_it_is_is_known_by_its_name() {
    assert_eq!(shape("Select *\n from \"odd name\"").whole.as_deref(), Some("odd name"));
    for sql in [
        "select * from t where a = 1",
        "select *, 1 from t",
        "select * from t limit 1",
        "select * from t a",
        "select * from a.t",
    ] {
        assert_eq!(shape(sql).whole, None, "{sql}");
    }
}

#[test]
fn a_signal_is_one_expression() {
    assert_eq!(check_expression("count(*) FILTER (WHERE kind = 'share')", &Limits::SIGNAL), Ok(()));
    let other = check_expression("(select count(*) from orders)", &Limits::SIGNAL).expect_err("refused");
    assert_eq!(other.what, "joins and selects inside expressions, those of a `with` each time");
    let long =
        check_expression(&format!("sum(rating{})", " + rating".repeat(201)), &Limits::SIGNAL).expect_err("refused");
    assert_eq!(long.what, "operators, joins and unions");
}
