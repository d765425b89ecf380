//! The canonical tables as a page: what each column holds, what absence and an unreadable cell do, and an example.

use std::fmt::Write as _;

use super::contract::{ColumnRule, Kind, OnBad, QUESTIONS, TABLES, TableContract};
use super::ledger::RejectCode;
use super::spec::TableName;

/// An example of a table: rows as they may be delivered, and what maps them.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The first lines of a CSV file.
    pub rows: &'static str,
    /// `[sources]` and `[tables]` of the configuration.
    pub mapping: &'static str,
}

/// One example a table. All people and orders are invented.
#[must_use]
pub fn example_of(table: TableName) -> Example {
    let (rows, mapping) = match table {
        TableName::Customers => (
            "CustomerNo;Since;MailOk;ProfilingOk;NoAds\n1001;2024-03-02;yes;yes;no\n1002;2025-11-30;no;yes;yes",
            "[sources.crm]\nfiles = \"in/crm.csv\"\ncsv = { delimiter = \";\" }\n[tables.customers]\nsource = \"crm\"\n\
             columns = { customer_id = \"CustomerNo\", signup_date = \"Since\", consent_email = \"MailOk\", \
             consent_profiling = \"ProfilingOk\", objection_marketing = \"NoAds\" }",
        ),
        TableName::Ratings => (
            "who,day,Q1,Q2\n1001,2026-10-01,5,4\n1002,2026-10-02,2,",
            "[sources.survey]\nfiles = \"in/survey.csv\"\n[tables.ratings]\nsource = \"survey\"\nwide = { id = \"who\", asked_at = \
             \"day\", aspect = \"importance\", scale = [1, 5], elements = { saves_time = \"Q1\", quality = \"Q2\" } }",
        ),
        TableName::Attitudes => (
            "who,day,nps\n1001,2026-10-01,9\n1002,2026-10-02,6",
            "[sources.nps]\nfiles = \"in/nps.csv\"\n[tables.attitudes]\nsource = \"nps\"\nwide = { id = \"who\", asked_at = \"day\", \
             scale = [0, 10], questions = { recommend = \"nps\" } }",
        ),
        TableName::Orders => (
            "customer,ts,order_no,net_cents\n1001,2026-11-02T09:30:00,A-17,4990\n1001,2026-11-02T09:30:00,A-17,1250",
            "[sources.shop]\nfiles = \"in/orders/*.csv\"\n[tables.orders]\nquery = \"select customer as customer_id, ts as \
             ordered_at, order_no as order_id, try_cast(net_cents as double) / 100 as amount from shop\"",
        ),
        TableName::Interactions => (
            "customer_id,at,kind,resolved_at\n1001,2026-11-03 14:00,complaint,2026-11-05 10:00\n1002,2026-11-04 08:15,question,",
            "[sources.tickets]\nfiles = \"in/tickets.csv\"\n[tables.interactions]\nsource = \"tickets\"",
        ),
        TableName::Feedback => (
            "customer,written,stars,review\n1001,2026-11-06,5,\"Fast, and easy to return\"",
            "[sources.reviews]\nfiles = \"in/reviews.csv\"\n[tables.feedback]\nsource = \"reviews\"\ncolumns = { customer_id = \
             \"customer\", at = \"written\", rating = \"stars\", text = \"review\" }",
        ),
        TableName::Signals => (
            "customer_id,app_days_30,basket_margin\n1001,12,0.31\n1002,0,",
            "[sources.warehouse]\nfiles = \"in/signals.csv\"\n[tables.signals]\nsource = \"warehouse\"\ncolumns = { customer_id = \
             \"customer_id\", app_days = \"app_days_30\", margin = \"basket_margin\" }",
        ),
        TableName::Treatments => (
            "customer_id,play_id,treated_at,arm\n1001,express_path,2026-11-10,treated\n1002,express_path,2026-11-10,control",
            "[sources.campaigns]\nfiles = \"in/campaigns.csv\"\n[tables.treatments]\nsource = \"campaigns\"",
        ),
    };
    Example { rows, mapping }
}

/// What a column holds, in words.
#[must_use]
pub fn kind_words(kind: Kind) -> String {
    let is = |bound: f64| bound.is_finite();
    match kind {
        Kind::Id => "id".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Address => "address".to_owned(),
        Kind::Number { low, high } => match (is(low), is(high)) {
            (false, false) => "number".to_owned(),
            (true, false) => format!("number, {low} or more"),
            (false, true) => format!("number, {high} or less"),
            (true, true) => format!("number, {low} to {high}"),
        },
        Kind::Amount { low, .. } if low >= 0.0 => format!("amount, {low} or more"),
        Kind::Amount { .. } => "amount".to_owned(),
        Kind::Measure => "number or percentage".to_owned(),
        Kind::Positive => "number above 0".to_owned(),
        Kind::Flag => "flag".to_owned(),
        Kind::Day => "day".to_owned(),
        Kind::Moment => "moment".to_owned(),
        Kind::Element => "element id".to_owned(),
        Kind::Aspect => "`importance` or `fulfillment`".to_owned(),
        Kind::Question => "question".to_owned(),
        Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::Rating => "answer".to_owned(),
    }
}

/// What an unreadable cell of the column does.
#[must_use]
pub fn unreadable_words(rule: &ColumnRule) -> &'static str {
    match rule.bad {
        OnBad::Row => "row",
        OnBad::Cell => "cell",
        OnBad::Protect => "**yes**",
    }
}

/// Every table with its columns and an example.
#[must_use]
pub fn tables_page() -> String {
    TABLES.iter().map(one_table).collect::<Vec<_>>().join("\n")
}

fn one_table(contract: &TableContract) -> String {
    let slug = contract.name.slug();
    let mut page = format!(
        "## {slug}\n\n{} One row per {}.\n\n| column | holds | unreadable | means |\n|---|---|---|---|\n",
        contract.doc, contract.grain
    );
    for rule in contract.columns {
        let star = if rule.required { " ★" } else { "" };
        let kind = kind_words(rule.kind);
        // INVARIANT: writing to a String cannot fail.
        let _ = writeln!(page, "| `{}`{star} | {kind} | {} | {} |", rule.name, unreadable_words(rule), rule.doc);
    }
    if contract.name == TableName::Attitudes {
        page.push_str("\n| question | asks |\n|---|---|\n");
        for (question, asks) in QUESTIONS {
            let _ = writeln!(page, "| `{question}` | {asks} |");
        }
        page.push_str(
            "| `want_…`, `helps_…` and a [motivator](domain.md#motivators) | It matters to me; the brand helps me with it. |\n",
        );
    }
    let Example { rows, mapping } = example_of(contract.name);
    let _ = write!(page, "\n```csv\n{rows}\n```\n\n```toml\n{mapping}\n```\n");
    page
}

/// Why rows are rejected and cells left absent, as a table.
#[must_use]
pub fn rejects_page() -> String {
    let mut page = "| code | means | do |\n|---|---|---|\n".to_owned();
    for code in RejectCode::ALL {
        let _ = writeln!(page, "| {} | {} | {} |", code.code(), code.meaning(), code.to_do());
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::tables::contract::contract_of;
    use crate::tables::spec::{SourceSpec, TableSpecs};

    #[derive(Deserialize)]
    struct Mapping {
        sources: BTreeMap<String, SourceSpec>,
        tables: BTreeMap<TableName, TableSpecs>,
    }

    #[test]
    fn every_example_maps_its_table_from_columns_that_its_rows_have() {
        for table in TableName::ALL {
            let Example { rows, mapping } = example_of(table);
            let read: Mapping = toml::from_str(mapping).expect(mapping);
            assert_eq!(read.sources.len(), 1);
            let spec = &read.tables[&table].as_slice()[0];
            let head = rows.lines().next().expect("a header");
            let has = |column: &String| head.split([',', ';']).any(|name| name == column);
            assert!(spec.columns.values().all(has), "{mapping}");
            if let Some(wide) = &spec.wide {
                assert!(has(&wide.id) && wide.elements.values().chain(wide.questions.values()).all(has), "{mapping}");
            } else if spec.query.is_none() {
                let required = contract_of(table).columns.iter().filter(|rule| rule.required);
                for rule in required {
                    assert!(spec.columns.contains_key(rule.name) || has(&rule.name.to_owned()), "{}", rule.name);
                }
            }
        }
    }

    #[test]
    fn the_page_names_every_column_and_no_sentence_breaks_its_table() {
        let page = tables_page();
        for contract in TABLES {
            for rule in contract.columns {
                assert!(page.contains(&format!("| `{}`", rule.name)), "{}", rule.name);
            }
        }
        for line in page.lines().filter(|line| line.starts_with("| `")) {
            assert!([3, 5].contains(&line.matches('|').count()), "{line}");
        }
        assert!(rejects_page().lines().all(|line| line.matches('|').count() == 4));
    }
}
