//! Where customers can be reached and what they agreed to: for lists alone, read from scratch in order of id.

use datafusion::arrow::array::{Array, AsArray, Date32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};

use super::blocks::{Layout, flags_of};
use super::error::IntakeError;
use super::excluded::ADDRESSES;
use super::guard::Guard;
use super::scratch::ScratchTable;
use crate::model::rows::CustomerFlags;

/// Beginning of the names of columns that hold a consent.
const CONSENT: &str = "consent_";

/// Most consents told apart.
pub(in crate::tables) const MOST_CONSENTS: usize = 32;

/// Flags of somebody who is known and not kept that keep everybody from their addresses.
const FORBIDDING: [&str; 6] = ["objection_marketing", "minor", "vulnerable", "deceased", "open_case", "close_kindly"];

/// Where a customer can be reached, as the sources wrote it.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The customer.
    pub id: String,
    /// E-mail address; `None` = not known.
    pub email: Option<String>,
    /// Phone number; `None` = not known.
    pub phone: Option<String>,
    /// Country; `None` = not known.
    pub country: Option<String>,
    /// Day of signing up, as days since 1970; `None` = not known.
    pub signup: Option<i32>,
    /// Consent and protection.
    pub flags: CustomerFlags,
    /// Bit `i`: agreed to the `i`-th of [`ContactReader::consents`].
    pub agreed: u32,
}

/// Where somebody can be reached who is known and no customer of the night: erased, forgotten, or of rejected rows alone.
#[derive(Clone, Debug)]
pub struct OutsiderContact {
    /// E-mail address; `None` = not known.
    pub email: Option<String>,
    /// Phone number; `None` = not known.
    pub phone: Option<String>,
    /// Country; `None` = not known.
    pub country: Option<String>,
    /// Asked to be erased or is protected: nobody may be contacted at these addresses.
    pub forbids: bool,
}

/// Reads contacts, as often as needed.
pub struct ContactReader<'a> {
    layout: &'a Layout,
    customers: &'a ScratchTable,
    excluded: &'a [ScratchTable],
    consents: Vec<String>,
}

impl<'a> ContactReader<'a> {
    pub(super) fn of(layout: &'a Layout, customers: &'a ScratchTable, excluded: &'a [ScratchTable]) -> Self {
        let flags = customers.columns().fields().iter().filter(|field| *field.data_type() == DataType::Boolean);
        let consents = flags.map(|field| field.name().clone()).filter(|name| name.starts_with(CONSENT));
        Self { layout, customers, excluded, consents: consents.take(MOST_CONSENTS).collect() }
    }

    /// The consents there are, such as `consent_email`, in the order of the table.
    #[must_use]
    pub fn consents(&self) -> &[String] {
        &self.consents
    }

    /// Customers in order of id, some at a time.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed or cannot be read.
    pub fn customers(&self) -> Result<impl Iterator<Item = Result<Vec<Contact>, IntakeError>>, IntakeError> {
        let wanted = |name: &str| ADDRESSES.contains(&name) || ["country", "signup_date"].contains(&name);
        let fields = self.customers.columns().fields().iter().enumerate();
        let own = fields.filter(|(_, field)| wanted(field.name())).map(|(at, _)| at);
        let mut columns: Vec<usize> = own.chain(self.layout.customer_columns.iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        let batches = self.customers.read(&columns, None)?;
        Ok(batches.map(|batch| Ok(self.contacts(&batch.map_err(|error| broken(self.customers, &error.to_string()))?))))
    }

    /// Those who are known and not kept.
    ///
    /// # Errors
    /// As [`ContactReader::customers`].
    pub fn outsiders(
        &self,
    ) -> Result<Vec<impl Iterator<Item = Result<Vec<OutsiderContact>, IntakeError>>>, IntakeError> {
        let one = |table: &'a ScratchTable| {
            let batches = table.read(&[0, 1, 2, 3, 4], None)?;
            Ok(batches.map(|batch| Ok(outsiders(&batch.map_err(|error| broken(table, &error.to_string()))?))))
        };
        self.excluded.iter().map(one).collect()
    }

    fn contacts(&self, batch: &RecordBatch) -> Vec<Contact> {
        let n = batch.num_rows();
        let ids = batch.column(0).as_string::<i32>();
        let [email, phone, country] = ["email", "phone", "country"].map(|name| texts(batch, name));
        let signup: Option<&Date32Array> =
            batch.column_by_name("signup_date").and_then(|column| column.as_primitive_opt::<Date32Type>());
        let agreed: Vec<_> = self
            .consents
            .iter()
            .map(|name| batch.column_by_name(name).and_then(|column| column.as_boolean_opt()))
            .collect();
        let flags = flags_of(self.layout, batch, n);
        let bits = |row: usize| {
            let set =
                agreed.iter().enumerate().filter(|(_, flags)| flags.is_some_and(|f| f.is_valid(row) && f.value(row)));
            set.fold(0, |bits, (at, _)| bits | 1 << at)
        };
        let contact = |row: usize| Contact {
            id: ids.value(row).to_owned(),
            email: cell(email, row),
            phone: cell(phone, row),
            country: cell(country, row),
            signup: signup.filter(|days| days.is_valid(row)).map(|days| days.value(row)),
            flags: flags[row],
            agreed: bits(row),
        };
        (0..n).map(contact).collect()
    }
}

fn outsiders(batch: &RecordBatch) -> Vec<OutsiderContact> {
    let guards: &Int64Array = batch.column(1).as_primitive::<Int64Type>();
    let [email, phone, country] = ["email", "phone", "country"].map(|name| texts(batch, name));
    let one = |row: usize| {
        let guard = Guard::from_bits(guards.value(row));
        let forbids = guard.erases() || FORBIDDING.iter().any(|flag| guard.forbids(flag));
        OutsiderContact { email: cell(email, row), phone: cell(phone, row), country: cell(country, row), forbids }
    };
    (0..batch.num_rows()).map(one).collect()
}

fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b StringArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>())
}

fn cell(texts: Option<&StringArray>, row: usize) -> Option<String> {
    texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row).to_owned())
}

fn broken(table: &ScratchTable, what: &str) -> IntakeError {
    IntakeError::Scratch { path: table.path().to_owned(), source: std::io::Error::other(what.to_owned()) }
}
