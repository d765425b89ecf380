//! A format of the user's for dates, in `strftime` letters: what it says of zones, and how cells are read by it.
//!
//! A zone that stands beside a time is never left out: an offset is read by `%z`, `UTC`, `GMT` and `Z` may stand in the format as
//! they are, and names of other zones are refused, because many of them mean several clocks.

use chrono::format::{Fixed, Item, Numeric, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// Words in capitals beside a time that name no zone.
const NO_ZONES: [&str; 3] = ["AM", "PM", "UHR"];

/// What the clock of UTC is called.
const UTC: [&str; 3] = ["UTC", "GMT", "Z"];

/// A format that is followed to the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateFormat {
    text: String,
    /// It reads a time of day.
    timed: bool,
    zone: Zone,
}

/// Whose clock a format reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    /// The project's.
    Own,
    /// That of UTC.
    Utc,
    /// Each cell says how far its own is ahead.
    Written,
}

/// A time that was read, microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// In UTC.
    Instant(i64),
    /// On the project's clock.
    Local(i64),
}

impl DateFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// Why it cannot be followed, and what to write instead.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (mut zone, mut timed, mut named) = (Zone::Own, false, None);
        for item in StrftimeItems::new(text) {
            match item {
                Item::Error => return Err(format!("date_format `{text}` has letters strftime does not know")),
                Item::Fixed(Fixed::TimezoneName) => return Err(no_names(text, "%Z")),
                Item::Fixed(kind) if reads_offset(&kind) => zone = Zone::Written,
                Item::Numeric(Numeric::Timestamp, _) => zone = Zone::Written,
                Item::Numeric(Numeric::Hour | Numeric::Hour12 | Numeric::Minute | Numeric::Second, _) => timed = true,
                Item::Literal(letters) => named = named.or(zone_in(letters)),
                _ => {}
            }
        }
        if text.is_empty() {
            return Err("date_format is empty".to_owned());
        }
        match named.filter(|_| timed && zone == Zone::Own) {
            Some(name) if UTC.contains(&name) => zone = Zone::Utc,
            Some(name) => return Err(no_names(text, name)),
            None => {}
        }
        Ok(Self { text: text.to_owned(), timed, zone })
    }

    /// The time in a cell; midnight where the format reads no time of day. `None`: it is not written so, or its year is not
    /// written out.
    pub(super) fn read(&self, cell: &str) -> Option<Told> {
        if self.zone == Zone::Written {
            let read = |text: &str| DateTime::parse_from_str(text, &self.text).ok();
            let at = read(cell).or_else(|| whole_offsets(cell).iter().find_map(|cell| read(cell)))?;
            return is_written_out(at.year(), cell).then(|| Told::Instant(at.timestamp_micros()));
        }
        let timed = self.timed.then(|| NaiveDateTime::parse_from_str(cell, &self.text).ok()).flatten();
        let day = || NaiveDate::parse_from_str(cell, &self.text).ok().map(|day| day.and_time(NaiveTime::MIN));
        let local = timed.or_else(day)?;
        let micros = local.and_utc().timestamp_micros();
        let told = if self.zone == Zone::Utc { Told::Instant(micros) } else { Told::Local(micros) };
        is_written_out(local.year(), cell).then_some(told)
    }
}

/// Whether a part of a format reads how far a clock is ahead.
fn reads_offset(kind: &Fixed) -> bool {
    // What chrono does not let anybody name is `%#z`, an offset, or digits of a second.
    let hidden = || matches!(kind, Fixed::Internal(_)) && *kind == hidden_offset();
    matches!(
        kind,
        Fixed::TimezoneOffset
            | Fixed::TimezoneOffsetZ
            | Fixed::TimezoneOffsetColon
            | Fixed::TimezoneOffsetColonZ
            | Fixed::TimezoneOffsetDoubleColon
            | Fixed::TimezoneOffsetTripleColon
            | Fixed::RFC2822
            | Fixed::RFC3339
    ) || hidden()
}

fn hidden_offset() -> Fixed {
    match StrftimeItems::new("%#z").next() {
        Some(Item::Fixed(kind)) => kind,
        _ => Fixed::TimezoneOffset,
    }
}

fn no_names(format: &str, name: &str) -> String {
    format!(
        "date_format `{format}`: {name} stands for the name of a zone, which does not say how far its clock is ahead; write %z where \
         an offset such as +0100 stands, UTC where all rows say UTC, or bring the times to UTC by `query`"
    )
}

/// The name of a zone among letters that stand as they are: a word in capitals.
fn zone_in(letters: &str) -> Option<&str> {
    let is_name = |word: &&str| {
        UTC.contains(word)
            || word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !NO_ZONES.contains(word)
    };
    letters.split(|c: char| !c.is_alphabetic()).find(is_name)
}

/// Whether a year is one of four digits. `%Y` takes `26` for the year 26; who means 2026 writes `%y`.
fn is_written_out(year: i32, cell: &str) -> bool {
    year >= 1000 || year >= 0 && cell.contains(&format!("{year:04}"))
}

/// A cell with the four digits that `%z` asks for, in place of `GMT+2` and `UTC+5:30`; and of `UTC`, `GMT` and `Z` alone, beside
/// the name and instead of it.
fn whole_offsets(cell: &str) -> Vec<String> {
    if let Some((before, name)) = UTC.iter().find_map(|name| Some((cell.strip_suffix(name)?, name))) {
        return vec![format!("{before}+0000"), format!("{before}{name}+0000")];
    }
    let Some(at) = ["GMT", "UTC"].iter().find_map(|name| cell.find(name)) else { return Vec::new() };
    let (before, offset) = cell.split_at(at + 3);
    let Some(sign) = offset.chars().next().filter(|sign| matches!(sign, '+' | '-')) else { return Vec::new() };
    let (hours, minutes) = offset[1..].split_once(':').unwrap_or((&offset[1..], "00"));
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return Vec::new();
    }
    vec![format!("{before}{sign}{hours:0>2}{minutes:0>2}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, cell: &str) -> Option<Told> {
        DateFormat::parse(format).expect("can be followed").read(cell)
    }

    fn micros(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).expect("valid").timestamp_micros()
    }

    #[test]
    fn names_of_zones_are_refused_with_what_to_write() {
        for format in ["%Y-%m-%d %H:%M %Z", "%Y-%m-%d %H:%M PST", "%d.%m.%Y %T CET", "%Y-%m-%d EST %H:%M"] {
            let what = DateFormat::parse(format).expect_err("a name of a zone");
            assert!(what.contains("write %z"), "{what}");
        }
        for format in ["%d.%m.%Y", "%d.%m.%Y %H:%M Uhr", "%Y-%m-%dT%H:%M", "%I:%M %p GMT%z %Y/%m/%d", "KW %d.%m.%Y"] {
            assert!(DateFormat::parse(format).is_ok(), "{format}");
        }
        assert!(DateFormat::parse("%d.%Q").is_err() && DateFormat::parse("").is_err());
    }

    #[test]
    fn utc_in_the_format_is_the_clock_of_utc() {
        let want = Some(Told::Instant(micros("2026-11-20T23:30:00Z")));
        for (format, cell) in [
            ("%Y-%m-%dT%H:%M:%SZ", "2026-11-20T23:30:00Z"),
            ("%Y-%m-%dT%H:%M:%S%.fZ", "2026-11-20T23:30:00.000Z"),
            ("%Y-%m-%d %H:%M UTC", "2026-11-20 23:30 UTC"),
            ("%d.%m.%Y %T GMT", "20.11.2026 23:30:00 GMT"),
            ("%Y-%m-%d %H:%M %z", "2026-11-21 08:30 +0900"),
            ("%Y-%m-%d %H:%M %z", "2026-11-20 23:30 UTC"),
            ("%Y-%m-%dT%H:%M:%S%z", "2026-11-20T23:30:00Z"),
            ("%Y-%m-%d %H:%M %#z", "2026-11-21 00:30 +01"),
            ("%Y-%m-%d %H:%M GMT%z", "2026-11-20 18:00 GMT-5:30"),
        ] {
            assert_eq!(read(format, cell), want, "{format}");
        }
        assert_eq!(read("%Y-%m-%d %H:%M UTC", "2026-11-20 23:30 PST"), None);
        assert_eq!(read("%Y-%m-%d %z", "2026-11-20 +0900"), None, "a zone without a time says nothing");
        let local = Some(Told::Local(micros("2026-11-20T23:30:00Z")));
        assert_eq!(read("%Y-%m-%d %H:%M", "2026-11-20 23:30"), local);
    }

    #[test]
    fn a_year_of_two_digits_is_read_by_its_own_letter_alone() {
        let day = Some(Told::Local(micros("2026-11-10T00:00:00Z")));
        assert_eq!(read("%d.%m.%y", "10.11.26"), day);
        assert_eq!(read("%d.%m.%Y", "10.11.2026"), day);
        for cell in ["10.11.26", "10.11.126", "10.11.6", "10.11.-26"] {
            assert_eq!(read("%d.%m.%Y", cell), None, "{cell}");
        }
        assert_eq!(read("%Y-%m-%d", "0987-11-10"), Some(Told::Local(micros("0987-11-10T00:00:00Z"))));
    }
}
