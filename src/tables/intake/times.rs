//! Days and moments: what can be read in one way only ([`dates`]) or a format of the user's, with a zone of their own or the project's.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Date32Builder, PrimitiveArray, TimestampMicrosecondArray,
    TimestampMicrosecondBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};

use super::super::ledger::RejectCode;
use super::cast::{Bad, as_text, is_text, lost, present};
use super::clock::Clock;
use super::{dates, iso};

/// How times of a table are written, and where.
#[derive(Clone, Debug)]
pub(super) struct Times {
    /// The project's zone: what a time without a zone means.
    pub(super) zone: Tz,
    /// `strftime` letters; what can be read in one way only when absent.
    pub(super) format: Option<String>,
}

impl Times {
    /// The type moments are kept as: instants, labeled with the project's zone.
    pub(super) fn moment_type(&self) -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some(self.zone.name().into()))
    }

    /// The first moment after `day`, as microseconds since 1970 in UTC.
    pub(super) fn end_of(&self, day: NaiveDate) -> i64 {
        let next = i64::from(day.checked_add_days(Days::new(1)).unwrap_or(day).to_epoch_days()) * iso::DAY;
        Clock::new(self.zone).utc_of(next).unwrap_or(next)
    }

    /// A moment column.
    pub(super) fn moments(&self, array: &ArrayRef) -> (TimestampMicrosecondArray, Bad) {
        let kind = self.moment_type();
        let (moments, bad) = self.instants(array);
        (moments.with_data_type(kind), bad)
    }

    fn instants(&self, array: &ArrayRef) -> (TimestampMicrosecondArray, Bad) {
        let refused = || (TimestampMicrosecondArray::new_null(array.len()), present(array, RejectCode::NotADate));
        match array.data_type() {
            DataType::Timestamp(_, Some(_)) => {
                let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
                cast(array, &utc).map_or_else(
                    |_| refused(),
                    |cast| {
                        let bad = lost(array, &cast, RejectCode::NotADate);
                        (cast.as_primitive::<TimestampMicrosecondType>().clone(), bad)
                    },
                )
            }
            DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 => {
                let Ok(local) = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None)) else {
                    return refused();
                };
                // Out of the range of microseconds.
                let mut bad = lost(array, &local, RejectCode::NotADate);
                let local = local.as_primitive::<TimestampMicrosecondType>();
                let mut clock = Clock::new(self.zone);
                let utc: PrimitiveArray<TimestampMicrosecondType> = local
                    .iter()
                    .enumerate()
                    .map(|(i, local)| {
                        let utc = clock.utc_of(local?);
                        if utc.is_none() {
                            bad.push((i, RejectCode::NotADate));
                        }
                        utc
                    })
                    .collect();
                (utc, bad)
            }
            kind if self.is_written(kind) => {
                let mut clock = Clock::new(self.zone);
                let mut bad = Bad::new();
                let mut out = TimestampMicrosecondBuilder::with_capacity(array.len());
                for (i, cell) in as_text(array).iter().enumerate() {
                    let cell = cell.map(str::trim).filter(|text| !text.is_empty());
                    let at = cell.and_then(|text| self.parse_moment(text, &mut clock));
                    if cell.is_some() && at.is_none() {
                        bad.push((i, RejectCode::NotADate));
                    }
                    out.append_option(at);
                }
                (out.finish(), bad)
            }
            _ => refused(),
        }
    }

    /// A day column: the day in the project's zone.
    pub(super) fn days(&self, array: &ArrayRef) -> (Date32Array, Bad) {
        let refused = || (Date32Array::new_null(array.len()), present(array, RejectCode::NotADate));
        match array.data_type() {
            DataType::Date32 => (array.as_primitive::<Date32Type>().clone(), Bad::new()),
            DataType::Date64 | DataType::Timestamp(_, None) => cast(array, &DataType::Date32).map_or_else(
                |_| refused(),
                |cast| (cast.as_primitive::<Date32Type>().clone(), lost(array, &cast, RejectCode::NotADate)),
            ),
            DataType::Timestamp(_, Some(_)) => {
                let (moments, bad) = self.moments(array);
                let mut clock = Clock::new(self.zone);
                let days = moments.iter().map(|at| clock.local_of(at?).map(day_of));
                (days.collect(), bad)
            }
            kind if self.is_written(kind) => {
                let mut clock = Clock::new(self.zone);
                let mut bad = Bad::new();
                let mut out = Date32Builder::with_capacity(array.len());
                for (i, cell) in as_text(array).iter().enumerate() {
                    let cell = cell.map(str::trim).filter(|text| !text.is_empty());
                    let day = cell.and_then(|text| self.parse_day(text, &mut clock));
                    if cell.is_some() && day.is_none() {
                        bad.push((i, RejectCode::NotADate));
                    }
                    out.append_option(day);
                }
                (out.finish(), bad)
            }
            _ => refused(),
        }
    }

    /// Whether a column is read as it is written: text, and whole numbers where a format such as `%Y%m%d` says what they are.
    fn is_written(&self, kind: &DataType) -> bool {
        is_text(kind) || kind.is_integer() && self.format.is_some()
    }

    fn parse_moment(&self, text: &str, clock: &mut Clock) -> Option<i64> {
        let Some(format) = &self.format else {
            let written = dates::parse(text)?;
            return match written.ahead {
                Some(ahead) => written.clock.checked_sub(ahead),
                None => clock.utc_of(written.clock),
            };
        };
        if let Ok(at) = DateTime::parse_from_str(text, format) {
            return Some(at.timestamp_micros());
        }
        if let Some(at) = with_whole_offset(text).and_then(|text| DateTime::parse_from_str(&text, format).ok()) {
            return Some(at.timestamp_micros());
        }
        let local = NaiveDateTime::parse_from_str(text, format)
            .or_else(|_| NaiveDate::parse_from_str(text, format).map(|day| day.and_time(NaiveTime::MIN)));
        clock.utc_of(local.ok()?.and_utc().timestamp_micros())
    }

    fn parse_day(&self, text: &str, clock: &mut Clock) -> Option<i32> {
        match &self.format {
            None => {
                let written = dates::parse(text)?;
                let local = match written.ahead {
                    Some(ahead) => clock.local_of(written.clock.checked_sub(ahead)?)?,
                    None => written.clock,
                };
                Some(day_of(local))
            }
            Some(format) => match NaiveDate::parse_from_str(text, format) {
                Ok(day) => Some(day.to_epoch_days()),
                Err(_) => self.parse_moment(text, clock).and_then(|at| clock.local_of(at)).map(day_of),
            },
        }
    }
}

/// `GMT+2` and `UTC+5:30` with the four digits that `%z` asks for.
fn with_whole_offset(text: &str) -> Option<String> {
    let at = ["GMT", "UTC"].iter().find_map(|name| text.find(name))? + 3;
    let (before, offset) = text.split_at(at);
    let sign = offset.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    let (hours, minutes) = offset[1..].split_once(':').unwrap_or((&offset[1..], "00"));
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(hours) && digits(minutes)).then(|| format!("{before}{sign}{hours:0>2}{minutes:0>2}"))
}

/// The day of a local time.
fn day_of(local: i64) -> i32 {
    i32::try_from(local.div_euclid(iso::DAY)).unwrap_or(i32::MAX)
}

/// Moments as local times without a zone: what SQL sees, so that `date_part('hour', …)` is the hour on the wall.
pub(super) fn on_the_wall(moments: &ArrayRef, zone: Tz) -> ArrayRef {
    let mut clock = Clock::new(zone);
    let moments = moments.as_primitive::<TimestampMicrosecondType>();
    let local: TimestampMicrosecondArray = moments.iter().map(|at| clock.local_of(at?)).collect();
    Arc::new(local)
}

/// Whether a `strftime` format has only letters that are known.
pub(super) fn format_is_known(format: &str) -> bool {
    use chrono::format::{Item, StrftimeItems};
    !format.is_empty() && StrftimeItems::new(format).all(|item| !matches!(item, Item::Error))
}

/// The array as an [`ArrayRef`].
pub(super) fn shared(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::StringArray;

    fn paris(format: Option<&str>) -> Times {
        Times { zone: chrono_tz::Europe::Paris, format: format.map(str::to_owned) }
    }

    fn text(cells: &[&str]) -> ArrayRef {
        Arc::new(StringArray::from(cells.to_vec()))
    }

    fn utc(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).expect("valid").timestamp_micros()
    }

    #[test]
    fn times_without_a_zone_are_the_projects_and_others_keep_theirs() {
        let (got, bad) = paris(None).moments(&text(&[
            "2026-07-01 12:00:00",
            "2026-01-01T12:00",
            "2026-07-01T12:00:00Z",
            "2026-07-01 12:00:00+05:30",
            "2026-07-01",
            "2026-07-01 12:00:00.250 UTC",
            "01.07.2026",
            "2026-13-01",
        ]));
        let want = [
            Some(utc("2026-07-01T10:00:00Z")),
            Some(utc("2026-01-01T11:00:00Z")),
            Some(utc("2026-07-01T12:00:00Z")),
            Some(utc("2026-07-01T06:30:00Z")),
            Some(utc("2026-06-30T22:00:00Z")),
            Some(utc("2026-07-01T12:00:00.250Z")),
            None,
            None,
        ];
        assert_eq!(got.iter().collect::<Vec<_>>(), want);
        assert_eq!(bad.iter().map(|b| b.0).collect::<Vec<_>>(), [6, 7]);
    }

    #[test]
    fn a_night_ends_at_local_midnight_also_when_clocks_change() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("valid");
        assert_eq!(paris(None).end_of(day(2026, 7, 1)), utc("2026-07-01T22:00:00Z"));
        assert_eq!(paris(None).end_of(day(2026, 10, 25)), utc("2026-10-25T23:00:00Z"));
        // In Santiago clocks go forward at midnight: the day starts in the gap.
        let chile = Times { zone: chrono_tz::America::Santiago, format: None };
        assert_eq!(chile.end_of(day(2026, 9, 5)), utc("2026-09-06T04:00:00Z"));
    }

    #[test]
    fn a_format_of_their_own_is_followed_to_the_letter() {
        let (got, bad) = paris(Some("%d.%m.%Y")).days(&text(&["21.11.2026", "2026-11-21"]));
        assert_eq!(got.iter().collect::<Vec<_>>(), [Some(20_778), None]);
        assert_eq!(bad.len(), 1);
        let (got, _) = paris(Some("%d.%m.%Y %H:%M")).moments(&text(&["21.11.2026 01:30"]));
        assert_eq!(got.value(0), utc("2026-11-21T00:30:00Z"));
    }

    #[test]
    fn whole_numbers_are_dates_where_a_format_says_so_and_an_offset_in_hours_is_one() {
        let numbers: ArrayRef = Arc::new(datafusion::arrow::array::Int64Array::from(vec![20_261_121, 5]));
        let (got, bad) = paris(Some("%Y%m%d")).days(&numbers);
        assert_eq!((got.value(0), bad.len()), (20_778, 1));
        assert_eq!(paris(None).days(&numbers).1.len(), 2);
        let seconds: ArrayRef = Arc::new(datafusion::arrow::array::Int64Array::from(vec![1_795_219_200]));
        assert_eq!(paris(Some("%s")).moments(&seconds).0.value(0), utc("2026-11-21T00:00:00Z"));
        let format = paris(Some("%Y/%m/%d %I:%M:%S %p GMT%z"));
        let (got, _) = format.moments(&text(&["2026/11/21 10:30:00 AM GMT+2", "2026/11/21 10:30:00 PM GMT-05:30"]));
        let want = [Some(utc("2026-11-21T08:30:00Z")), Some(utc("2026-11-22T04:00:00Z"))];
        assert_eq!(got.iter().collect::<Vec<_>>(), want);
    }

    #[test]
    fn the_day_of_an_instant_is_the_day_in_the_projects_zone() {
        let at = TimestampMicrosecondArray::from(vec![utc("2026-11-20T23:30:00Z")]).with_timezone("UTC");
        let (got, _) = paris(None).days(&(Arc::new(at) as ArrayRef));
        assert_eq!(got.value(0), NaiveDate::from_ymd_opt(2026, 11, 21).expect("valid").to_epoch_days());
        assert!(format_is_known("%d.%m.%Y") && !format_is_known("%d.%Q"));
    }
}
