//! Nights that nobody ran: between the last published one and tonight.

use chrono::NaiveDate;

use crate::job::error::JobError;
use crate::job::load::Loaded;
use crate::tables::publish::published_nights;

/// Most nights that are caught up with: what history looks back on. Of more, the latest.
const MOST: usize = 30;

/// The nights between the last one published before `as_of` and `as_of`, neither of them included, oldest first; at most
/// 30. None where nothing was published yet: a first night has missed nothing.
///
/// Each is to be run like any other, on the inputs as they are now: what is dated after a night does not count in it, but
/// customers, ratings and signals without a date count as they are today.
///
/// # Errors
/// [`JobError::Publish`] where the results folder cannot be read.
pub fn missed(loaded: &Loaded, as_of: NaiveDate) -> Result<Vec<NaiveDate>, JobError> {
    let published = published_nights(&loaded.settings.output(&loaded.base))?;
    let last = published.into_iter().filter(|night| *night < as_of).max();
    Ok(last.map(|last| between(last, as_of)).unwrap_or_default())
}

fn between(last: NaiveDate, as_of: NaiveDate) -> Vec<NaiveDate> {
    let mut nights: Vec<NaiveDate> =
        as_of.iter_days().rev().skip(1).take_while(|night| *night > last).take(MOST).collect();
    nights.reverse();
    nights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    #[test]
    fn nights_between_are_caught_up_with_in_their_order() {
        assert_eq!(between(day("2026-11-28"), day("2026-12-02")), ["2026-11-29", "2026-11-30", "2026-12-01"].map(day));
        assert_eq!(between(day("2026-12-01"), day("2026-12-02")), []);
    }

    #[test]
    fn of_a_long_pause_only_the_latest_nights_count() {
        let nights = between(day("2025-01-01"), day("2026-12-02"));
        assert_eq!((nights.len(), nights[0], nights[29]), (MOST, day("2026-11-02"), day("2026-12-01")));
    }
}
