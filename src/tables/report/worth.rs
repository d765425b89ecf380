//! What a group is worth, as far as that is known.

use super::quantity::Quantity;
use super::words::{count, decimal, many, money, percent};
use crate::model::segment::SegmentProfile;

/// Fewer equal customers than this behind a sum of [`LEAST_KNOWN`] or more are said. Our judgment.
const FEW_SHARERS: f64 = 5.0;

/// See [`FEW_SHARERS`].
const LEAST_KNOWN: u64 = 20;

/// What the customers of a group brought in a year, in words.
pub(super) struct Worth {
    /// The figure.
    pub(super) figure: String,
    /// What it rests on.
    pub(super) note: String,
}

impl Worth {
    /// The sum where it is known of all customers of the group, else the mean over those of whom it is.
    pub(super) fn of(profile: &SegmentProfile, currency: &str) -> Self {
        let end = |value: f64| decimal(value, 0);
        let each = profile.value_mean.map(|mean| format!("{} each", money(mean.value, currency)));
        let range = profile.value_mean.map(|mean| format!("({} to {})", end(mean.low), end(mean.high)));
        let mut notes: Vec<String> =
            profile.value_share.map(|s| format!("{} of all", percent(s))).into_iter().collect();
        let value = match (profile.value_total, &each, &range) {
            (Some(total), each, range) => {
                notes.extend(each.as_ref().zip(range.as_ref()).map(|(each, range)| format!("{each} {range}")));
                money(total, currency).to_string()
            }
            (None, Some(each), Some(range)) => format!("{each} {range}"),
            _ => Quantity::UNKNOWN.to_string(),
        };
        let unknown = profile.members.saturating_sub(profile.value_known);
        if unknown > 0 {
            notes.push(format!(
                "not known of {} of {}",
                count(unknown),
                many(profile.members, "customer", "customers")
            ));
        } else if profile.value_total.is_none() && profile.members > 0 {
            notes.push("withheld: too few customers".to_owned());
        }
        let few =
            profile.value_equal_sharers.filter(|sharers| *sharers < FEW_SHARERS && profile.value_known >= LEAST_KNOWN);
        notes.extend(few.map(|sharers| {
            let sharers = (sharers.round() as u64).max(1);
            format!("very uneven: as if {} had brought it all", many(sharers, "customer", "customers"))
        }));
        Self { figure: value, note: notes.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment_fixture::profile;
    use super::*;

    #[test]
    fn a_value_that_is_not_known_is_said_with_its_base_and_is_never_nought() {
        let whole = Worth::of(&profile(), "EUR");
        assert_eq!(whole.note, "25.0\u{a0}% of all, 100.00\u{a0}EUR each (96 to 104)");
        let mut part = SegmentProfile { value_total: None, value_share: None, value_known: 4_990, ..profile() };
        let said = Worth::of(&part, "EUR");
        assert_eq!(said.figure, "100.00\u{a0}EUR each (96 to 104)");
        assert_eq!(said.note, "not known of 10 of 5,000 customers");
        (part.value_mean, part.value_known, part.value_equal_sharers) = (None, 0, None);
        let said = Worth::of(&part, "EUR");
        assert_eq!((said.figure.as_str(), said.note.as_str()), ("not known", "not known of 5,000 of 5,000 customers"));
    }

    #[test]
    fn a_sum_that_one_customer_makes_is_said_to_be_uneven() {
        let said = Worth::of(&SegmentProfile { value_equal_sharers: Some(1.02), ..profile() }, "EUR");
        assert!(said.note.ends_with("very uneven: as if one customer had brought it all"), "{}", said.note);
    }
}
