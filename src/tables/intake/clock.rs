//! The project's clock: local time from UTC and back, a day at a time.

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::iso::DAY;

/// Days from 1970 that are looked up once; others every time.
const KNOWN_DAYS: usize = 40_000;

/// Converts between local time and UTC. On all but a few days of a year the clock is ahead by the same all day: those
/// days are looked up once.
pub(super) struct Clock {
    zone: Tz,
    by_local_day: Vec<Day>,
    by_utc_day: Vec<Day>,
}

/// How far the clock is ahead on a day, microseconds.
#[derive(Clone, Copy)]
enum Day {
    NotLookedUp,
    Changes,
    Ahead(i64),
}

impl Clock {
    /// The clock of a zone.
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, by_local_day: Vec::new(), by_utc_day: Vec::new() }
    }

    /// The instant of a local time, microseconds since 1970; `None` beyond the calendar.
    pub(super) fn utc_of(&mut self, local: i64) -> Option<i64> {
        let zone = self.zone;
        let ahead = |local: i64| Some(local - instant(zone, local)?);
        match day(&mut self.by_local_day, local, ahead) {
            Some(ahead) => local.checked_sub(ahead),
            None => instant(zone, local),
        }
    }

    /// The local time of an instant, microseconds since 1970 on the local clock.
    pub(super) fn local_of(&mut self, utc: i64) -> Option<i64> {
        let zone = self.zone;
        let known = day(&mut self.by_utc_day, utc, |utc| ahead_at(zone, utc));
        known.or_else(|| ahead_at(zone, utc)).and_then(|ahead| utc.checked_add(ahead))
    }
}

/// How far the clock is ahead all through the day of `micros`; `None` where it changes, or the day is far away.
fn day(days: &mut Vec<Day>, micros: i64, ahead: impl Fn(i64) -> Option<i64>) -> Option<i64> {
    let number = micros.div_euclid(DAY);
    let place = usize::try_from(number).ok().filter(|&place| place < KNOWN_DAYS)?;
    if days.is_empty() {
        days.resize(KNOWN_DAYS, Day::NotLookedUp);
    }
    if let Day::NotLookedUp = days[place] {
        let (start, end) = (ahead(number * DAY), ahead((number + 1) * DAY));
        days[place] = start.filter(|_| start == end).map_or(Day::Changes, Day::Ahead);
    }
    match days[place] {
        Day::Ahead(ahead) => Some(ahead),
        Day::Changes | Day::NotLookedUp => None,
    }
}

fn ahead_at(zone: Tz, utc: i64) -> Option<i64> {
    let utc = DateTime::from_timestamp_micros(utc)?.naive_utc();
    Some(i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000_000)
}

/// The instant of a local time: the earlier of two when clocks go back; when they go forward, as if they had not.
fn instant(zone: Tz, local: i64) -> Option<i64> {
    let local = DateTime::from_timestamp_micros(local)?.naive_utc();
    let first = |local: &NaiveDateTime| match zone.from_local_datetime(local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
        LocalResult::None => None,
    };
    // METHOD: a local time inside the gap is read with the offset in force before it.
    let before = || Some(first(&local.checked_sub_signed(TimeDelta::hours(3))?)? + TimeDelta::hours(3));
    let at: DateTime<Utc> = first(&local).or_else(before)?;
    Some(at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        super::super::iso::parse(text).expect("valid").clock
    }

    #[test]
    fn both_ways_agree_with_chrono_on_every_hour_of_a_year() {
        for zone in [chrono_tz::Europe::Paris, chrono_tz::America::Santiago, chrono_tz::Asia::Kolkata, chrono_tz::UTC] {
            let mut clock = Clock::new(zone);
            let start = micros("2026-01-01");
            for hour in 0..366 * 24 {
                let utc = start + hour * 3_600_000_000;
                let at = DateTime::from_timestamp_micros(utc).expect("valid").with_timezone(&zone).naive_local();
                assert_eq!(clock.local_of(utc), Some(at.and_utc().timestamp_micros()), "{zone} {utc}");
                assert_eq!(clock.utc_of(utc), instant(zone, utc), "{zone} {utc}");
            }
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_the_first_and_the_one_that_never_comes_is_moved_on() {
        let mut clock = Clock::new(chrono_tz::Europe::Paris);
        assert_eq!(clock.utc_of(micros("2026-10-25 02:30")), Some(micros("2026-10-25 00:30")));
        assert_eq!(clock.utc_of(micros("2026-03-29 02:30")), Some(micros("2026-03-29 01:30")));
    }
}
