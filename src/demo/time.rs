//! Moments and the year of events, in whole microseconds of UTC.

use chrono::{NaiveDate, NaiveTime};

use super::dice::Dice;
use super::world::SECOND_NIGHT;

/// Microseconds since 1970-01-01 00:00 UTC.
pub type Moment = i64;

pub(super) const SECOND: Moment = 1_000_000;
pub(super) const MINUTE: Moment = 60 * SECOND;
pub(super) const HOUR: Moment = 60 * MINUTE;
pub(super) const DAY: Moment = 24 * HOUR;

/// Days of events: the 365 up to the first night and the one of the second.
const EVENT_DAYS: i64 = 366;

/// Start of a calendar day.
pub(super) fn start_of(day: NaiveDate) -> Moment {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_micros()
}

/// Days on which a customer can leave events: from sign-up, at most a year back, to the second night.
pub(super) struct Window {
    first: Moment,
    days: i64,
}

impl Window {
    /// The window of somebody who signed up on `signup`, which is not after the second night.
    pub(super) fn since(signup: NaiveDate) -> Self {
        let end = start_of(SECOND_NIGHT) + DAY;
        let days = ((end - start_of(signup)) / DAY).clamp(1, EVENT_DAYS);
        Self { first: end - days * DAY, days }
    }

    /// Length in years of 365 days.
    pub(super) fn years(&self) -> f64 {
        self.days as f64 / 365.0
    }

    /// Start of a day in the window, uniform.
    pub(super) fn day(&self, dice: &mut Dice) -> Moment {
        self.first + dice.below(self.days as usize) as i64 * DAY
    }

    /// First moment of the year of events.
    pub(super) fn known_from() -> Moment {
        start_of(SECOND_NIGHT) - (EVENT_DAYS - 1) * DAY
    }

    /// Start of the `k`-th of `n` equal parts of the window, moved by `shift` parts, as a day.
    pub(super) fn part(&self, k: usize, n: usize, shift: f64) -> Moment {
        let day = ((k as f64 + shift) * self.days as f64 / n as f64) as i64;
        self.first + day.clamp(0, self.days - 1) * DAY
    }

    /// Whether a day lies within the window.
    pub(super) fn covers(&self, day: Moment) -> bool {
        day >= self.first && Self::is_known(day)
    }

    /// Whether something dated `at` has happened by the end of the second night.
    pub(super) fn is_known(at: Moment) -> bool {
        at < start_of(SECOND_NIGHT) + DAY
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    #[test]
    fn the_window_starts_at_signup_and_reaches_back_a_year_at_most() {
        assert_eq!(start_of(NaiveDate::from_ymd_opt(1970, 1, 2).unwrap()), DAY);
        let newcomer = Window::since(SECOND_NIGHT);
        assert_eq!((newcomer.first, newcomer.days), (start_of(SECOND_NIGHT), 1));
        let old = Window::since(SECOND_NIGHT - Days::new(2_000));
        assert_eq!((old.first, old.days), (start_of(SECOND_NIGHT - Days::new(365)), 366));
        assert!(Window::is_known(start_of(SECOND_NIGHT)) && !Window::is_known(start_of(SECOND_NIGHT) + DAY));
    }
}
