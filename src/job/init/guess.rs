//! What a file probably holds, judged by its column names and a few values.

use std::path::{Path, PathBuf};

use crate::catalogue::{Catalogue, ElementId};
use crate::tables::peek::{Peek, PeekColumn};
use crate::tables::spec::TableName;

/// What a file probably is.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A canonical table, with the source column for each canonical column found.
    Table(TableName, Vec<(String, String)>),
    /// A survey with a column per element.
    WideSurvey {
        /// Element and column.
        elements: Vec<(ElementId, String)>,
        /// Lowest and highest answer seen.
        scale: (f64, f64),
    },
    /// Cannot be told.
    Unknown,
}

/// A file and what it probably is.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The file as given.
    pub path: PathBuf,
    /// Name of the source.
    pub source: String,
    /// How the file is written.
    pub peek: Peek,
    /// Column that names the customer.
    pub id: Option<String>,
    /// What it probably is.
    pub role: Role,
}

/// Names under which customer ids usually stand, likeliest first.
const IDS: [&str; 14] = [
    "customerid",
    "customerno",
    "customernumber",
    "customer",
    "clientid",
    "userid",
    "memberid",
    "householdid",
    "accountid",
    "respondentid",
    "personid",
    "contactid",
    "custid",
    "id",
];

/// Canonical column, and the names under which it usually stands.
const WORDS: [(TableName, &str, &[&str]); 26] = [
    (
        TableName::Orders,
        "ordered_at",
        &[
            "orderedat",
            "orderdate",
            "invoicedate",
            "purchasedate",
            "transactiontimestamp",
            "transactiondate",
            "timestamp",
            "ts",
        ],
    ),
    (TableName::Orders, "order_id", &["orderid", "orderno", "invoiceno", "basketid", "transactionid"]),
    (TableName::Orders, "amount", &["amount", "net", "netamount", "total", "salesvalue", "revenue", "value"]),
    (TableName::Orders, "discount", &["discount", "retaildisc", "rebate"]),
    (TableName::Orders, "channel", &["channel"]),
    (TableName::Orders, "category", &["category", "department", "productgroup"]),
    (TableName::Orders, "promised_at", &["promisedat", "promiseddate", "eta"]),
    (TableName::Orders, "delivered_at", &["deliveredat", "deliverydate"]),
    (TableName::Orders, "returned", &["returned", "isreturn"]),
    (TableName::Interactions, "at", &["at", "contactedat", "eventtime", "eventts", "createdat", "timestamp"]),
    (TableName::Interactions, "kind", &["kind", "eventtype", "event", "contacttype", "type"]),
    (TableName::Interactions, "case_id", &["caseid", "ticketid"]),
    (TableName::Feedback, "text", &["text", "comment", "review", "content", "verbatim", "feedback", "message"]),
    (TableName::Feedback, "at", &["at", "date", "writtenat", "createdat", "submittedat"]),
    (TableName::Ratings, "element", &["element", "elementid"]),
    (TableName::Ratings, "rating", &["rating", "score", "answer"]),
    (TableName::Ratings, "aspect", &["aspect", "question"]),
    (TableName::Ratings, "asked_at", &["askedat", "answeredat", "date"]),
    (TableName::Customers, "signup_date", &["signupdate", "since", "createdat", "dtcustomer", "registeredat"]),
    (TableName::Customers, "consent_profiling", &["consentprofiling", "profok", "profiling"]),
    (TableName::Customers, "consent_email", &["consentemail", "emailoptin", "newsletter", "mailok"]),
    (TableName::Customers, "consent_sms", &["consentsms", "smsoptin"]),
    (TableName::Customers, "objection_marketing", &["objectionmarketing", "donotcontact", "optout"]),
    (TableName::Customers, "country", &["country", "countrycode"]),
    (TableName::Customers, "email", &["email", "emailaddress", "mail"]),
    (TableName::Customers, "phone", &["phone", "mobile", "phonenumber"]),
];

/// Columns that must be found before a file is taken for a table; `customers` is what is left with an id.
const NEEDED: [(TableName, &[&str]); 4] = [
    (TableName::Ratings, &["element", "rating"]),
    (TableName::Orders, &["ordered_at", "amount"]),
    (TableName::Feedback, &["text", "at"]),
    (TableName::Interactions, &["at", "kind"]),
];

/// Elements that must be recognized before a file is taken for a wide survey.
const FEWEST_ELEMENTS: usize = 3;

/// Judges one file; `before` are the guesses made so far, so that source names stay distinct.
#[must_use]
pub(super) fn guess(path: &Path, peek: &Peek, before: &[Guess]) -> Guess {
    let id = IDS.iter().find_map(|name| find(&peek.columns, &[name])).map(|column| column.name.clone());
    let role = if id.is_some() { role(peek, id.as_deref()) } else { Role::Unknown };
    Guess { path: path.to_owned(), source: source_name(path, before), peek: peek.clone(), id, role }
}

fn role(peek: &Peek, id: Option<&str>) -> Role {
    let elements = elements(&peek.columns);
    if elements.len() >= FEWEST_ELEMENTS {
        let scale = scale(&peek.columns, &elements);
        return Role::WideSurvey { elements, scale };
    }
    let columns = |table: TableName| -> Vec<(String, String)> {
        WORDS
            .iter()
            .filter(|(of, _, _)| *of == table)
            .filter_map(|(_, canonical, names)| {
                Some(((*canonical).to_owned(), find(&peek.columns, names)?.name.clone()))
            })
            .collect()
    };
    for (table, needed) in NEEDED {
        let found = columns(table);
        if needed.iter().all(|name| found.iter().any(|(canonical, _)| canonical == name)) {
            return Role::Table(table, found);
        }
    }
    // A customer table has one row per id.
    let values = peek.columns.iter().find(|column| Some(column.name.as_str()) == id).map(|column| &column.values);
    let unique = values.is_some_and(|values| {
        let mut sorted: Vec<&String> = values.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len() == values.len()
    });
    if unique { Role::Table(TableName::Customers, columns(TableName::Customers)) } else { Role::Unknown }
}

/// A name without case, spaces and signs.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn find<'a>(columns: &'a [PeekColumn], names: &[&str]) -> Option<&'a PeekColumn> {
    names.iter().find_map(|name| columns.iter().find(|column| plain(&column.name) == *name))
}

/// Columns that bear an element's slug or name, alone or after a question number.
fn elements(columns: &[PeekColumn]) -> Vec<(ElementId, String)> {
    let catalogue = Catalogue::embedded();
    ElementId::all()
        .filter_map(|id| {
            let names = [plain(id.slug()), plain(catalogue.element(id).name())];
            let fits = |column: &&PeekColumn| {
                let column = plain(&column.name);
                names.iter().any(|name| {
                    column
                        .strip_suffix(name.as_str())
                        .is_some_and(|before| before.len() <= 4 && !before.contains(char::is_whitespace))
                })
            };
            columns.iter().find(fits).map(|column| (id, column.name.clone()))
        })
        .collect()
}

/// The smallest customary scale that holds every number seen.
fn scale(columns: &[PeekColumn], elements: &[(ElementId, String)]) -> (f64, f64) {
    let numbers = columns
        .iter()
        .filter(|column| elements.iter().any(|(_, name)| *name == column.name))
        .flat_map(|column| &column.values)
        .filter_map(|value| value.replace(',', ".").parse::<f64>().ok())
        .filter(|number| number.is_finite());
    let (low, high) = numbers.fold((f64::MAX, f64::MIN), |(low, high), number| (low.min(number), high.max(number)));
    let customary = [(1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (1.0, 10.0), (0.0, 100.0)];
    customary.into_iter().find(|(from, to)| low >= *from && high <= *to).unwrap_or((0.0, 10.0))
}

fn source_name(path: &Path, before: &[Guess]) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem: String = name
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let stem = if stem.starts_with(|c: char| c.is_ascii_alphabetic()) { stem } else { format!("source_{stem}") };
    let taken = |name: &str| before.iter().any(|guess| guess.source == name);
    if !taken(&stem) {
        return stem;
    }
    // One of `n + 1` names is not among `n`.
    (2..before.len() + 3).map(|number| format!("{stem}_{number}")).find(|name| !taken(name)).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::spec::Format;

    fn peek(columns: &[(&str, &[&str])]) -> Peek {
        let columns = columns
            .iter()
            .map(|(name, values)| PeekColumn {
                name: (*name).to_owned(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            })
            .collect();
        Peek { format: Format::Csv, delimiter: ',', encoding: "utf-8", decimal: '.', columns, rows: 2 }
    }

    #[test]
    fn a_survey_is_recognized_by_element_names_after_question_numbers() {
        let seen = peek(&[
            ("Customer No", &["1", "2"]),
            ("Q1_Saves time", &["1", "5"]),
            ("Q2_quality", &["3"]),
            ("variety", &["2"]),
        ]);
        let guess = guess(Path::new("in/My survey.csv"), &seen, &[]);
        assert_eq!(guess.source, "my_survey");
        assert_eq!(guess.id.as_deref(), Some("Customer No"));
        assert!(matches!(guess.role, Role::WideSurvey { ref elements, scale: (1.0, 5.0) } if elements.len() == 3));
    }

    #[test]
    fn orders_are_recognized_and_a_file_without_an_id_is_not_placed() {
        let seen = peek(&[("customer_id", &["1", "1"]), ("order_date", &["2026-01-01"]), ("amount", &["3.5"])]);
        assert!(matches!(guess(Path::new("o.csv"), &seen, &[]).role, Role::Table(TableName::Orders, _)));
        let anonymous = peek(&[("order_date", &["2026-01-01"]), ("amount", &["3.5"])]);
        assert_eq!(guess(Path::new("o.csv"), &anonymous, &[]).role, Role::Unknown);
    }

    #[test]
    fn two_files_of_one_name_become_two_sources() {
        let seen = peek(&[("id", &["1"])]);
        let first = guess(Path::new("a/x.csv"), &seen, &[]);
        assert_eq!(guess(Path::new("b/x.csv"), &seen, &[first]).source, "x_2");
    }
}
