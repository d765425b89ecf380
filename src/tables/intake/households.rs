//! Who of a household is contacted: one person, so that no household gets one thing twice.

use std::collections::BTreeMap;

use datafusion::arrow::array::AsArray;
use twox_hash::XxHash64;

use super::blocks::{HOUSEHOLD, Layout, flags_of};
use super::error::IntakeError;
use super::scratch::ScratchTable;
use crate::model::rows::CustomerFlags;
use crate::model::segment::profile::{CONSENT_CHANNELS, consented, may_contact};

/// Households looked at in one pass: a bound on memory, not on households.
const AT_ONCE: u64 = 1 << 20;

/// Customers who are not contacted because another of their household is.
#[derive(Clone, Debug, Default)]
pub(super) struct Households {
    /// Hashes of their ids, ascending: eight bytes each.
    silent: Vec<u64>,
}

/// The best of a household so far: channels agreed to, and the hash of the id.
type Speaker = (u32, u64);

impl Households {
    /// Reads the households of `customers`; nobody is silent where no household is known.
    ///
    /// METHOD (our judgment): of those of a household who may be contacted at all, whoever agreed to most channels, of
    /// several the first by id: the same person whatever the segment, so that two campaigns do not find one household
    /// twice either.
    pub(super) fn of(customers: &ScratchTable, layout: &Layout) -> Result<Self, IntakeError> {
        let mut silent = Vec::new();
        if customers.columns().index_of(HOUSEHOLD).is_ok() {
            let passes = customers.rows().div_ceil(AT_ONCE).max(1);
            for pass in 0..passes {
                let mine = |household: u64| household % passes == pass;
                let mut speakers: BTreeMap<u64, Speaker> = BTreeMap::new();
                each(customers, layout, |household, person, flags| {
                    let agreed =
                        CONSENT_CHANNELS.into_iter().filter(|channel| consented(flags, *channel)).count() as u32;
                    if mine(household) && agreed > 0 && may_contact(flags) {
                        // Rows ascend by id, so a later one must agree to more.
                        let best = speakers.entry(household).or_insert((0, person));
                        if agreed > best.0 {
                            *best = (agreed, person);
                        }
                    }
                })?;
                each(customers, layout, |household, person, _| {
                    if mine(household) && speakers.get(&household).is_none_or(|(_, speaker)| *speaker != person) {
                        silent.push(person);
                    }
                })?;
            }
        }
        silent.sort_unstable();
        Ok(Self { silent })
    }

    /// Whether another of the household is contacted in place of this customer.
    pub(super) fn silences(&self, id: &str) -> bool {
        self.silent.binary_search(&hash(id)).is_ok()
    }
}

/// Hands over each customer of a household: the hashes of household and id, and the flags.
fn each(
    customers: &ScratchTable,
    layout: &Layout,
    mut take: impl FnMut(u64, u64, &CustomerFlags),
) -> Result<(), IntakeError> {
    for batch in customers.read(&layout.customer_columns, None)? {
        let batch = batch.map_err(|error| IntakeError::Scratch {
            path: customers.path().to_owned(),
            source: std::io::Error::other(error.to_string()),
        })?;
        let ids = batch.column(0).as_string::<i32>();
        for (i, flags) in flags_of(layout, &batch, batch.num_rows()).iter().enumerate() {
            if let Some(household) = flags.household {
                take(household, hash(ids.value(i)), flags);
            }
        }
    }
    Ok(())
}

pub(super) fn hash(text: &str) -> u64 {
    XxHash64::oneshot(0, text.as_bytes())
}
