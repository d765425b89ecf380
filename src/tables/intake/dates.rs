//! Dates and times as people and programs write them, where only one reading is possible: the year first, or the month in
//! letters. Day and month in digits before the year are not read here: which comes first is for `date_format` to say.

use super::iso::{self, DAY, WrittenTime, days_of};

/// Names of the months in English and German, in small letters; of each, three letters are enough where they are its own.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jan", "jän", "jänner"],
    &["february", "februar", "feb"],
    &["march", "märz", "maerz", "mar", "mär", "mrz"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "juni", "jun"],
    &["july", "juli", "jul"],
    &["august", "aug"],
    &["september", "sept", "sep"],
    &["october", "oktober", "oct", "okt"],
    &["november", "nov"],
    &["december", "dezember", "dec", "dez"],
];

/// Days of the week, which may stand before a date and say nothing.
const WEEKDAYS: [&str; 14] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
];

/// Longest text looked at.
const MOST_BYTES: usize = 80;

/// Reads ISO 8601, and else `2026/11/02`, `2 Nov 2026`, `2. November 2026`, `Nov 2, 2026`, with a weekday before and a time
/// behind or not: `10:30`, `10:30:15.25`, `10:30 PM`; then `Z`, `UTC`, `GMT`, `GMT+2`, `+0200` or `+02:00`, after a blank or not.
pub(super) fn parse(text: &str) -> Option<WrittenTime> {
    iso::parse(text).or_else(|| {
        let looks = text.len() <= MOST_BYTES && text.bytes().any(|byte| byte.is_ascii_digit());
        if looks { Words::new(text).moment() } else { None }
    })
}

/// What is left to read.
struct Words<'t> {
    rest: &'t str,
}

impl<'t> Words<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text.trim() }
    }

    fn moment(mut self) -> Option<WrittenTime> {
        self.weekday();
        let (year, month, day) = self.date()?;
        let mut clock = days_of(year, month, day)? * DAY;
        let apart = self.skip(|c| c.is_whitespace() || c == ',') || self.letter('T');
        if self.rest.is_empty() {
            return Some(WrittenTime { clock, ahead: None });
        }
        if !apart {
            return None;
        }
        clock += self.time()?;
        self.skip(char::is_whitespace);
        let ahead = self.zone()?;
        self.skip(char::is_whitespace);
        // JavaScript writes the name of the zone behind its offset, in brackets.
        let said = self.rest.is_empty() || ahead.is_some() && self.rest.starts_with('(') && self.rest.ends_with(')');
        said.then_some(WrittenTime { clock, ahead })
    }

    fn weekday(&mut self) {
        let before = self.rest;
        let word = self.word().to_lowercase();
        if WEEKDAYS.contains(&word.as_str()) {
            self.skip(|c| c.is_whitespace() || matches!(c, ',' | '.'));
        } else {
            self.rest = before;
        }
    }

    /// Year, month, day.
    fn date(&mut self) -> Option<(i64, i64, i64)> {
        if let Some(month) = self.month() {
            self.skip(|c| c.is_whitespace() || matches!(c, '.' | '-'));
            let day = self.day()?;
            self.skip(|c| c.is_whitespace() || matches!(c, ',' | '-'));
            return Some((self.number(4, 4)?, month, day));
        }
        if self.rest.bytes().take_while(u8::is_ascii_digit).count() == 4 {
            let year = self.number(4, 4)?;
            let sign = self.rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
            self.letter(sign);
            let month = self.number(1, 2)?;
            let day = self.letter(sign).then(|| self.number(1, 2))??;
            return Some((year, month, day));
        }
        let day = self.day()?;
        self.skip(|c| c.is_whitespace() || matches!(c, '.' | '-' | '/'));
        let month = self.month()?;
        self.skip(|c| c.is_whitespace() || matches!(c, '.' | ',' | '-' | '/'));
        Some((self.number(4, 4)?, month, day))
    }

    /// A day of the month, with `st`, `nd`, `rd` or `th` behind it or not.
    fn day(&mut self) -> Option<i64> {
        let day = self.number(1, 2)?;
        if let Some(rest) = ["st", "nd", "rd", "th"].iter().find_map(|end| self.rest.strip_prefix(end)) {
            self.rest = rest;
        }
        Some(day)
    }

    fn month(&mut self) -> Option<i64> {
        let before = self.rest;
        let word = self.word().to_lowercase();
        let month = MONTHS.iter().position(|names| names.contains(&word.as_str()));
        if month.is_none() {
            self.rest = before;
        }
        month.map(|month| month as i64 + 1)
    }

    /// Microseconds since midnight.
    fn time(&mut self) -> Option<i64> {
        let hour = self.number(1, 2)?;
        let minute = self.letter(':').then(|| self.number(2, 2))??;
        let mut second = 0;
        let mut micros = 0;
        if self.letter(':') {
            second = self.number(2, 2)?;
            if self.letter('.') || self.letter(',') {
                micros = self.fraction()?;
            }
        }
        let before = self.rest;
        self.skip(char::is_whitespace);
        let hour = match self.half() {
            Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
            Some(_) => return None,
            None => {
                self.rest = before;
                hour
            }
        };
        (hour <= 23 && minute <= 59 && second <= 59)
            .then_some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
    }

    /// `AM` or `PM`, in any spelling; `true` = the second half of the day.
    fn half(&mut self) -> Option<bool> {
        for (word, afternoon) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
            if self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
                self.rest = &self.rest[word.len()..];
                return Some(afternoon);
            }
        }
        None
    }

    /// How far the clock is ahead of UTC; `None` inside: not said. `None`: something else stands there.
    #[expect(clippy::option_option, reason = "not said and not understood are two things")]
    fn zone(&mut self) -> Option<Option<i64>> {
        if self.rest.is_empty() {
            return Some(None);
        }
        let mut named = false;
        for name in ["UTC", "GMT", "Z"] {
            if self.rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                self.rest = &self.rest[name.len()..];
                named = name != "Z";
                if !named || self.rest.is_empty() {
                    return Some(Some(0));
                }
                break;
            }
        }
        let sign = match self.rest.chars().next() {
            Some('+') => 1,
            Some('-' | '\u{2212}') => -1,
            _ => return named.then_some(Some(0)),
        };
        let mut letters = self.rest.chars();
        letters.next();
        self.rest = letters.as_str();
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (hours, minutes) = match digits {
            4 => (self.number(2, 2)?, self.number(2, 2)?),
            1 | 2 if digits == 2 || named => {
                let hours = self.number(1, 2)?;
                (hours, if self.letter(':') { self.number(2, 2)? } else { 0 })
            }
            _ => return None,
        };
        (hours <= 23 && minutes <= 59).then_some(Some(sign * (hours * 60 + minutes) * 60_000_000))
    }

    /// At least one digit; what is finer than a microsecond is cut off.
    fn fraction(&mut self) -> Option<i64> {
        let n = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (own, rest) = self.rest.split_at(n);
        self.rest = rest;
        let digits = own.bytes().chain(std::iter::repeat(b'0')).take(6);
        (n > 0).then(|| digits.fold(0, |micros, byte| micros * 10 + i64::from(byte - b'0')))
    }

    /// A number of that many digits, and no more behind it.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let n = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (own, rest) = self.rest.split_at(n);
        self.rest = rest;
        if n < least { None } else { own.parse().ok() }
    }

    fn word(&mut self) -> &'t str {
        let n = self.rest.find(|c: char| !c.is_alphabetic()).unwrap_or(self.rest.len());
        let (own, rest) = self.rest.split_at(n);
        self.rest = rest;
        own
    }

    fn letter(&mut self, letter: char) -> bool {
        match self.rest.strip_prefix(letter) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Whether there was something to skip.
    fn skip(&mut self, what: impl Fn(char) -> bool) -> bool {
        let rest = self.rest.trim_start_matches(what);
        let some = rest.len() < self.rest.len();
        self.rest = rest;
        some
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn utc(text: &str) -> Option<i64> {
        parse(text).map(|written| written.clock - written.ahead.unwrap_or(0))
    }

    #[test]
    fn what_can_be_read_in_one_way_only_is_read() {
        let want = DateTime::parse_from_rfc3339("2026-11-02T08:30:00Z").expect("valid").timestamp_micros();
        for text in [
            "2026-11-02 10:30:00 +0200",
            "2026-11-02 10:30:00 +02:00",
            "2026-11-02T10:30 +02",
            "2026/11/02 10:30 GMT+2",
            "2026/11/2 10:30:00 AM GMT+2",
            "2026-11-02 08:30 Z",
            "2026-11-02 08:30:00 GMT",
            "2026-11-02 8:30 UTC",
            "Mon, 02 Nov 2026 10:30:00 +0200",
            "2 Nov 2026 8:30 am",
            "2. November 2026, 08:30",
            "02-Nov-2026 08:30",
            "Nov 2, 2026 08:30:00.000",
            "November 2nd, 2026 8:30 a.m.",
            "Mon Nov 02 2026 10:30:00 GMT+0200 (Central European Summer Time)",
            "2026.11.02 08:30",
            "2 NOVEMBER 2026 08:30",
            "2 Nov. 2026 08:30",
        ] {
            assert_eq!(utc(text), Some(want), "{text}");
        }
        assert_eq!(utc("12 März 2026"), utc("2026-03-12"));
        assert_eq!(utc("1 Dez 2026 12:00 AM"), utc("2026-12-01T00:00"));
        assert_eq!(utc("1 Dec 2026 12:05 PM"), utc("2026-12-01T12:05"));
        assert_eq!(parse("Nov 2, 2026").and_then(|written| written.ahead), None);
    }

    #[test]
    fn what_could_be_read_in_two_ways_or_is_no_day_is_not_read() {
        for text in [
            "02/11/2026",
            "11-02-2026",
            "02.11.26",
            "2 Nov 26",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "30 Feb 2026",
            "2026-11-02 10:30 CET",
            "2026-11-02 13:30 PM",
            "2026-11-02 10:30 +2",
            "2026/11-02",
            "20261102",
            "46123",
            "Nov 2026",
            "2026-11-02 10:30 AMX",
            "2026-11-02 (Monday)",
            "2026-11-0210:30",
            "2 Nov 20261",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn anything_of_the_letters_of_dates_is_survived(text in "[0-9 :/.,+\\-TZNovMayGmtUCaAmp]{0,30}") {
            let _ = parse(&text);
        }
    }
}
