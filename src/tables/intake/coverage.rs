//! How much is known about how many.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::spec::TableName;
use crate::catalogue::ElementId;
use crate::model::rows::{Aspect, N_RATINGS};

/// How many rows belong to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OrphanCount {
    /// Rows of unknown customers.
    pub rows: u64,
    /// Rows that were accepted and not set aside.
    pub of: u64,
}

/// What is known, counted over the customers of the night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Customers.
    pub customers: u64,
    /// Customers with at least one rating.
    pub respondents: u64,
    /// Answers per rating indicator: importance of the 30 elements, then fulfillment.
    pub answers: Vec<u64>,
    /// Answers per attitude question, questions without any left out.
    pub attitudes: BTreeMap<String, u64>,
    /// Customers for whom a signal is known, absence of rows that means 0 not counted, by signal id.
    pub signals: BTreeMap<String, u64>,
    /// Canonical tables that were given.
    pub tables: Vec<TableName>,
    /// Rows of other tables that belong to nobody in `customers`, by table; tables without any left out. The note of topic
    /// `orphans` says what may be the cause.
    pub orphans: BTreeMap<TableName, OrphanCount>,
    /// Optional columns of `customers` that are mapped: consents, flags, descriptors.
    pub customer_columns: Vec<String>,
}

impl Coverage {
    /// Answers about one element.
    #[must_use]
    pub fn answers(&self, aspect: Aspect, element: ElementId) -> u64 {
        self.answers.get(aspect.indicator(element)).copied().unwrap_or(0)
    }

    /// Answers about all elements.
    #[must_use]
    pub fn answers_in(&self, aspect: Aspect) -> u64 {
        ElementId::all().map(|element| self.answers(aspect, element)).sum()
    }

    /// Whether a column of `customers` is mapped.
    #[must_use]
    pub fn has_customer_column(&self, name: &str) -> bool {
        self.customer_columns.iter().any(|column| column == name)
    }

    /// Nothing known about anybody yet.
    pub(super) fn of(customers: u64) -> Self {
        Self {
            customers,
            respondents: 0,
            answers: vec![0; N_RATINGS],
            attitudes: BTreeMap::new(),
            signals: BTreeMap::new(),
            tables: Vec::new(),
            orphans: BTreeMap::new(),
            customer_columns: Vec::new(),
        }
    }
}
