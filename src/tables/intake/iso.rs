//! ISO 8601 dates and times, read byte by byte: every event of a night passes here.

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// A written time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrittenTime {
    /// Microseconds since 1970 on the clock it was read from.
    pub(super) clock: i64,
    /// How far that clock is ahead of UTC, microseconds; `None` = not said.
    pub(super) ahead: Option<i64>,
}

/// Reads `2026-11-21`, then optionally `T` or a blank and `10:30`, `10:30:15` or `10:30:15.25`, then optionally `Z`,
/// ` UTC`, `+01`, `+0100` or `+01:00`. Anything else is `None`, days that are not in the calendar included.
pub(super) fn parse(text: &str) -> Option<WrittenTime> {
    let mut rest = Rest(text.as_bytes());
    let (year, (), month, (), day) =
        (rest.number(4)?, rest.byte(b'-')?, rest.number(2)?, rest.byte(b'-')?, rest.number(2)?);
    let mut clock = days_of(year, month, day)? * DAY;
    if rest.0.is_empty() {
        return Some(WrittenTime { clock, ahead: None });
    }
    if !matches!(rest.0[0], b'T' | b't' | b' ') {
        return None;
    }
    rest.0 = &rest.0[1..];
    let (hour, (), minute) = (rest.number(2)?, rest.byte(b':')?, rest.number(2)?);
    let mut second = 0;
    let mut micros = 0;
    if rest.0.first() == Some(&b':') {
        rest.0 = &rest.0[1..];
        second = rest.number(2)?;
        if matches!(rest.0.first(), Some(b'.' | b',')) {
            rest.0 = &rest.0[1..];
            micros = rest.fraction()?;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    clock += ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
    let ahead = match rest.0 {
        b"" => None,
        b"Z" | b"z" | b" UTC" => Some(0),
        _ => Some(rest.zone()?),
    };
    Some(WrittenTime { clock, ahead })
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; `None` = there is no such day.
pub(super) fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) {
        return None;
    }
    // METHOD: years that begin in March put the leap day last; H. Hinnant, "chrono-compatible low-level date
    // algorithms" (2013), days_from_civil.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (own, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        own.iter().try_fold(0, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == byte).then_some(())
    }

    /// At least one digit; what is finer than a microsecond is cut off.
    fn fraction(&mut self) -> Option<i64> {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (own, rest) = self.0.split_at(n);
        self.0 = rest;
        let digits = own.iter().chain(std::iter::repeat(&b'0')).take(6);
        (n > 0).then(|| digits.fold(0, |micros, byte| micros * 10 + i64::from(byte - b'0')))
    }

    fn zone(&mut self) -> Option<i64> {
        let sign = match self.0.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.number(2)?;
        if self.0.first() == Some(&b':') {
            self.0 = &self.0[1..];
        }
        let minutes = if self.0.is_empty() { 0 } else { self.number(2)? };
        (self.0.is_empty() && hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate};

    fn utc(text: &str) -> Option<i64> {
        parse(text).map(|written| written.clock - written.ahead.unwrap_or(0))
    }

    #[test]
    fn what_rfc_3339_allows_is_read_as_chrono_reads_it() {
        for text in [
            "2026-11-21T10:30:15Z",
            "1969-12-31T23:59:59.25+05:30",
            "2000-02-29t00:00:00-08:00",
            "2026-11-21T10:30:15.1234567Z",
        ] {
            let want = DateTime::parse_from_rfc3339(text).expect("valid").timestamp_micros();
            assert_eq!(utc(text), Some(want), "{text}");
        }
        assert_eq!(parse("2026-11-21 10:30"), Some(WrittenTime { clock: 20_778 * DAY + 37_800_000_000, ahead: None }));
        assert_eq!(utc("2026-11-21 10:30 UTC"), utc("2026-11-21T09:30-01"));
    }

    #[test]
    fn what_is_not_a_time_is_none() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-21T",
            "2026-11-21T24:00",
            "2026-11-21T10:3",
            "21.11.2026",
            "2026-11-21T10:30:60",
            "2026-11-21T10:30:15.",
            "2026-11-21T10:30+1",
            "2026-11-21X10:30",
            "2026-11-21T10:30 CET",
            "２026-11-21",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn days_agree_with_chrono(day in -800_000i64..800_000) {
            let date = NaiveDate::from_ymd_opt(1970, 1, 1).expect("valid") + chrono::TimeDelta::days(day);
            let text = date.format("%Y-%m-%d").to_string();
            proptest::prop_assume!(text.len() == 10 && !text.starts_with(['-', '+']));
            proptest::prop_assert_eq!(parse(&text).map(|w| w.clock), Some(day * DAY));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
