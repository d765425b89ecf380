//! The canonical input tables as data: the one place that `check`, `schema`, the intake and the docs read.

use super::spec::TableName;

/// Largest amount, either way. Our judgment: beyond it a double does not tell hundredths apart any more (2⁴⁶ and more), so a sum would not
/// be the sum of what is written.
pub const MOST_AMOUNT: f64 = 7e13;

/// Smallest amount that is written and not 0: amounts are added up to the twelfth decimal.
pub const LEAST_AMOUNT: f64 = 1e-12;

/// Largest number computed elsewhere, either way. Our judgment: no sum or square of these overflows a double.
pub const MOST_NUMBER: f64 = 1e30;

/// Largest weight: no sum of the squares of these, or of the inverse of them, overflows a double.
pub const MOST_WEIGHT: f64 = 1e100;

/// Smallest weight, for the same reason.
pub const LEAST_WEIGHT: f64 = 1e-100;

/// What a column holds, after reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// An opaque id: trimmed text, never case-folded unless `id` says so; whole numbers as their plain digits.
    Id,
    /// Any text, kept as it is.
    Text,
    /// An address of a person: text, read for lists alone. It is never counted by its words and tells no row from another.
    Address,
    /// A finite number within `low..=high` (f64).
    Number {
        /// Smallest value allowed; −∞ for none.
        low: f64,
        /// Largest value allowed; +∞ for none.
        high: f64,
    },
    /// An amount of money in the project's currency within `low..=high` (f64), 0 or from [`LEAST_AMOUNT`] to [`MOST_AMOUNT`] in size:
    /// a number, with or without the sign or code of the currency, a minus before or behind, or brackets for one.
    Amount {
        /// Smallest value allowed; −∞ for none.
        low: f64,
        /// Largest value allowed; +∞ for none.
        high: f64,
    },
    /// A number computed elsewhere (f64), up to [`MOST_NUMBER`] in size: written as an amount, and `12 %` is 12.
    Measure,
    /// A number above 0 (f64), from [`LEAST_WEIGHT`] to [`MOST_WEIGHT`]: it counts by its ratio to others.
    Positive,
    /// Yes or no: true/false, yes/no, y/n, j/n, 1/0.
    Flag,
    /// A calendar day (date32).
    Day,
    /// A moment (timestamp, µs, UTC). Without a zone it is read in the project's.
    Moment,
    /// An id of one of the 30 elements.
    Element,
    /// `importance` or `fulfillment`.
    Aspect,
    /// An attitude question of [`QUESTIONS`], or `want_…`/`helps_…` and a motivator.
    Question,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An answer on the scale of its table spec, mapped to 0–10 (f32).
    Rating,
}

/// What an unreadable cell does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBad {
    /// The whole row is rejected.
    Row,
    /// The cell is absent and counted.
    Cell,
    /// The flag counts as set, and is counted: whoever cannot be understood is protected.
    Protect,
}

/// One column of a canonical table.
#[derive(Clone, Copy, Debug)]
pub struct ColumnRule {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a table without it is refused, and a row without it rejected.
    pub required: bool,
    /// What an unreadable cell does.
    pub bad: OnBad,
    /// What it means, and what absence means.
    pub doc: &'static str,
}

/// A canonical table.
#[derive(Clone, Copy, Debug)]
pub struct TableContract {
    /// Its name.
    pub name: TableName,
    /// What a row is.
    pub grain: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its columns.
    pub columns: &'static [ColumnRule],
    /// What further columns are taken as, where they are allowed.
    pub further: Option<Kind>,
}

impl TableContract {
    /// The rule of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static ColumnRule> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that dates a row: rows dated after the night are left out.
    #[must_use]
    pub fn dated_by(&self) -> Option<&'static str> {
        match self.name {
            TableName::Customers => Some("signup_date"),
            TableName::Ratings | TableName::Attitudes => Some("asked_at"),
            TableName::Orders => Some("ordered_at"),
            TableName::Interactions | TableName::Feedback => Some("at"),
            TableName::Treatments => Some("treated_at"),
            TableName::Signals => None,
        }
    }
}

/// Questions of `attitudes`, each with what it asks. Answers are on 0–10 after mapping.
pub const QUESTIONS: [(&str, &str); 13] = [
    ("satisfaction", "How satisfied are you, all in all?"),
    ("recommend", "How likely are you to recommend us?"),
    ("good_brand", "Is this a good brand?"),
    ("different", "Is it different from the others?"),
    ("alternative_liking", "How much do you like the best alternative?"),
    ("self_connection", "How much is it a part of who you are?"),
    ("irreplaceable", "How hard would it be to replace?"),
    ("second_chance", "Would you give it a second chance after a mistake?"),
    ("trust", "How much do you trust it?"),
    ("switch_discount", "What is the smallest discount elsewhere that would make you switch? In tenths: 2 is 20 %."),
    ("shop_around", "How usual is it that you compare with others before you buy?"),
    ("effort", "How easy did we make it to get what you came for? 10 is very easy."),
    ("expected", "Was it as you had expected? 5 is as expected, 10 much better, 0 much worse."),
];

const TEN: Kind = Kind::Number { low: 0.0, high: 10.0 };
const GRAVE: Kind = Kind::Number { low: -1e6, high: 1e6 };
const MONEY: Kind = Kind::Amount { low: -MOST_AMOUNT, high: MOST_AMOUNT };
const NOT_NEGATIVE: Kind = Kind::Amount { low: 0.0, high: MOST_AMOUNT };

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> ColumnRule {
    ColumnRule { name, kind, required: true, bad: OnBad::Row, doc }
}

const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> ColumnRule {
    ColumnRule { name, kind, required: false, bad: OnBad::Cell, doc }
}

const fn strict(name: &'static str, kind: Kind, doc: &'static str) -> ColumnRule {
    ColumnRule { name, kind, required: false, bad: OnBad::Row, doc }
}

const fn protective(name: &'static str, doc: &'static str) -> ColumnRule {
    ColumnRule { name, kind: Kind::Flag, required: false, bad: OnBad::Protect, doc }
}

const CUSTOMER: ColumnRule = required("customer_id", Kind::Id, "The customer. The same id in every table.");

const CUSTOMERS: &[ColumnRule] = &[
    CUSTOMER,
    strict(
        "weight",
        Kind::Positive,
        "How many customers the row stands for, in any unit: weights count by their ratios alone. Absent: as much as the mean.",
    ),
    optional("signup_date", Kind::Day, "Since when they are a customer. Later than the night: not yet one."),
    optional(
        "consent_profiling",
        Kind::Flag,
        "May be scored and segmented. No such column: everybody may, and the report says so. Absent in a row: no.",
    ),
    optional("consent_email", Kind::Flag, "May be contacted by e-mail. Absent: no."),
    optional("consent_sms", Kind::Flag, "May be contacted by text message. Absent: no."),
    optional("consent_push", Kind::Flag, "May be contacted by push message. Absent: no."),
    optional("consent_phone", Kind::Flag, "May be contacted by phone. Absent: no."),
    optional("consent_post", Kind::Flag, "May be contacted by post. Absent: no."),
    protective("objection_marketing", "Objects to direct marketing. Absent: no; unreadable: yes."),
    protective("minor", "Under age. Absent: no; unreadable: yes."),
    protective("vulnerable", "Known to be vulnerable. Absent: no; unreadable: yes."),
    protective("deceased", "Deceased. Absent: no; unreadable: yes."),
    protective("open_case", "A complaint or claim is open. Absent: no; unreadable: yes."),
    protective("close_kindly", "People decided to end the relationship kindly. Absent: no; unreadable: yes."),
    optional(
        "relationship_wish",
        Kind::Choice(&["leave_alone", "wave", "guest", "friend", "inner_circle"]),
        "The closest relationship the customer asked for. Absent: did not say.",
    ),
    optional(
        "household_id",
        Kind::Id,
        "The household the customer belongs to: one of it is contacted, and all of it is held out or nobody. Absent: \
         nobody else's.",
    ),
    protective("erasure_requested", "Asked to be erased: left out of everything. Absent: no; unreadable: yes."),
    optional(
        "email",
        Kind::Address,
        "E-mail address: for the lists of `audiences/` alone. Absent or no address: on no list that needs one.",
    ),
    optional(
        "phone",
        Kind::Address,
        "Phone number, with `+` and the code of its country, or as dialed within `country`: for the lists of `audiences/` \
         alone. Absent or no number: on no list that needs one.",
    ),
    optional("country", Kind::Text, "Country: a descriptor."),
];

const RATINGS: &[ColumnRule] = &[
    CUSTOMER,
    required("element", Kind::Element, "The element of value that was rated."),
    required("rating", Kind::Rating, "The answer, on the scale of the table. May be absent where `answer` says why."),
    strict("aspect", Kind::Aspect, "Which question was asked. `fulfillment` when absent."),
    optional("asked_at", Kind::Moment, "When. The last answer counts; an undated one counts as the oldest."),
    optional("brand", Kind::Text, "Whom the answer is about: absent or `own` for the company, else a competitor."),
    strict("answer", Kind::Choice(&["rated", "not_applicable", "not_asked", "refused"]), "`rated` when absent."),
];

const ATTITUDES: &[ColumnRule] = &[
    CUSTOMER,
    required("question", Kind::Question, "The question."),
    required("value", Kind::Rating, "The answer, on the scale of the table."),
    optional("asked_at", Kind::Moment, "When. The last answer counts; an undated one counts as the oldest."),
    optional("brand", Kind::Text, "Whom the answer is about: absent or `own` for the company, else a competitor."),
];

const ORDERS: &[ColumnRule] = &[
    CUSTOMER,
    required("ordered_at", Kind::Moment, "When it was ordered."),
    optional("order_id", Kind::Id, "The order; several rows may share it."),
    optional(
        "amount",
        MONEY,
        "Net value in the project's currency; negative for a refund. Up to 70 trillion, to the twelfth decimal.",
    ),
    optional("discount", NOT_NEGATIVE, "Discount given, in the project's currency."),
    optional("reward_used", Kind::Flag, "A reward or point balance was used."),
    optional("channel", Kind::Text, "Where it was ordered."),
    optional("site", Kind::Text, "The store or depot, where there are several."),
    optional("category", Kind::Text, "What kind of thing."),
    optional("promised_at", Kind::Moment, "When delivery was promised."),
    optional("delivered_at", Kind::Moment, "When it was delivered."),
    optional("returned", Kind::Flag, "It came back."),
    optional("return_reason", Kind::Text, "Why."),
];

const INTERACTIONS: &[ColumnRule] = &[
    CUSTOMER,
    required("at", Kind::Moment, "When."),
    required(
        "kind",
        Kind::Text,
        "What it was: `complaint`, `question`, `visit`, `referral`, `request_refused`, `faq_viewed`, `transferred` …",
    ),
    optional("channel", Kind::Text, "Where."),
    optional("site", Kind::Text, "The store or desk, where there are several."),
    optional("case_id", Kind::Id, "The case it belongs to."),
    optional("rating", TEN, "What the customer gave it, 0–10. Another scale is to be brought to it by `query`."),
    optional("severity", GRAVE, "How grave it was, larger is graver."),
    optional("resolved_at", Kind::Moment, "When it was resolved. Absent: open."),
    optional("promised_at", Kind::Moment, "When an answer was promised."),
    optional(
        "element",
        Kind::Element,
        "The element of value that was promised to the customer here. Absent: none, or not said.",
    ),
    optional(
        "agent",
        Kind::Id,
        "Who served them, as an id. Kept as a hash, shown nowhere: only whether it was the same person again.",
    ),
    optional("team", Kind::Text, "The team that served them. Promises kept are told by team."),
    optional("sought", Kind::Text, "What was searched for and not found, for kinds of `[service] searched_in_vain`."),
];

const FEEDBACK: &[ColumnRule] = &[
    CUSTOMER,
    required("at", Kind::Moment, "When."),
    required("text", Kind::Text, "What they wrote."),
    optional("rating", TEN, "What they gave, 0–10. Another scale is to be brought to it by `query`."),
    optional("channel", Kind::Text, "Where."),
    optional("public", Kind::Flag, "Others can read it. Absent: not known."),
    optional(
        "answered_at",
        Kind::Moment,
        "When the company answered it. Absent: it did not, or answers are not recorded.",
    ),
];

const SIGNALS: &[ColumnRule] = &[CUSTOMER];

const TREATMENTS: &[ColumnRule] = &[
    CUSTOMER,
    required("play_id", Kind::Id, "The play of the plan line."),
    required("treated_at", Kind::Moment, "When."),
    strict("arm", Kind::Choice(&["treated", "control"]), "`treated` when absent."),
    optional(
        "outcome",
        Kind::Choice(&["sent", "delivered", "opened", "clicked", "bounced", "failed"]),
        "What became of the contact. `bounced` and `failed` reached nobody. Absent: it was made.",
    ),
];

const fn contract(
    name: TableName,
    grain: &'static str,
    doc: &'static str,
    columns: &'static [ColumnRule],
) -> TableContract {
    TableContract { name, grain, doc, columns, further: None }
}

/// Every canonical table, in the order of [`TableName::ALL`].
pub const TABLES: [TableContract; 8] = [
    TableContract {
        further: Some(Kind::Text),
        ..contract(
            TableName::Customers,
            "customer",
            "Who the customers are and what they agreed to. Further columns named in `columns` are descriptors.",
            CUSTOMERS,
        )
    },
    contract(TableName::Ratings, "customer × element × aspect × brand", "Ratings of the elements of value.", RATINGS),
    contract(TableName::Attitudes, "customer × question × brand", "Answers about the company as a whole.", ATTITUDES),
    contract(TableName::Orders, "order or order line", "What they bought.", ORDERS),
    contract(TableName::Interactions, "contact or event", "When they got in touch, or were there.", INTERACTIONS),
    contract(TableName::Feedback, "verbatim", "What they wrote.", FEEDBACK),
    TableContract {
        further: Some(Kind::Measure),
        ..contract(
            TableName::Signals,
            "customer",
            "Numbers per customer computed elsewhere: each further column named in `columns` is one.",
            SIGNALS,
        )
    },
    contract(TableName::Treatments, "customer × plan line × night", "What was done to whom.", TREATMENTS),
];

/// The contract of a table.
#[must_use]
pub fn contract_of(table: TableName) -> &'static TableContract {
    static ALL: [TableContract; 8] = TABLES;
    &ALL[table as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_contract_and_its_key_first() {
        for table in TableName::ALL {
            let contract = contract_of(table);
            assert_eq!(contract.name, table);
            assert_eq!(contract.columns[0].name, "customer_id");
            assert!(contract.dated_by().is_none_or(|name| contract.column(name).is_some()));
        }
    }

    #[test]
    fn required_columns_reject_the_row_and_names_are_unique() {
        for contract in TABLES {
            for (i, column) in contract.columns.iter().enumerate() {
                assert!(!column.required || column.bad == OnBad::Row, "{}", column.name);
                assert!(contract.columns[..i].iter().all(|other| other.name != column.name));
                assert!(column.doc.ends_with(['.', '…', '?']), "{}", column.name);
            }
        }
    }
}
