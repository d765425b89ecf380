//! Days and moments: what can be read in one way only ([`dates`]) or a format of the user's, with a zone of their own or the project's.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
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
use super::date_format::{DateFormat, Told};
use super::{dates, iso};

/// The first moment there is: the year 1000. METHOD (our judgment): what lies before it is a year of two digits that somebody read
/// as one of four, or stands for nothing; it is no moment of a customer's.
const FIRST: i64 = -354_285 * iso::DAY;

/// How times of a table are written, and where.
#[derive(Clone, Debug)]
pub(super) struct Times {
    /// The project's zone: what a time without a zone means.
    pub(super) zone: Tz,
    /// The user's own; what can be read in one way only when absent.
    pub(super) format: Option<DateFormat>,
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
        let (mut moments, mut bad) = self.instants(array);
        let before = |i: &usize| moments.is_valid(*i) && moments.value(*i) < FIRST;
        let early: Vec<usize> = (0..moments.len()).filter(before).collect();
        if !early.is_empty() {
            moments = moments.iter().map(|at| at.filter(|at| *at >= FIRST)).collect();
            bad.extend(early.into_iter().map(|i| (i, RejectCode::NotADate)));
        }
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
                let (moments, mut bad) = self.moments(array);
                let mut clock = Clock::new(self.zone);
                let days: Date32Array = moments.iter().map(|at| clock.local_of(at?).map(day_of)).collect();
                // Beyond the calendar.
                bad.extend(lost(&shared(moments), &days, RejectCode::NotADate));
                (days, bad)
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
        match &self.format {
            Some(format) => match format.read(text)? {
                Told::Instant(at) => Some(at),
                Told::Local(local) => clock.utc_of(local),
            },
            None => {
                let written = dates::parse(text)?;
                match written.ahead {
                    Some(ahead) => written.clock.checked_sub(ahead),
                    None => clock.utc_of(written.clock),
                }
            }
        }
    }

    fn parse_day(&self, text: &str, clock: &mut Clock) -> Option<i32> {
        let told = match &self.format {
            Some(format) => format.read(text)?,
            None => {
                let written = dates::parse(text)?;
                match written.ahead {
                    Some(ahead) => Told::Instant(written.clock.checked_sub(ahead)?),
                    None => Told::Local(written.clock),
                }
            }
        };
        let local = match told {
            Told::Instant(at) => clock.local_of(at)?,
            Told::Local(local) => local,
        };
        Some(day_of(local))
    }
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

/// The array as an [`ArrayRef`].
pub(super) fn shared(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::StringArray;

    fn paris(format: Option<&str>) -> Times {
        let format = format.map(|format| DateFormat::parse(format).expect("can be followed"));
        Times { zone: chrono_tz::Europe::Paris, format }
    }

    fn text(cells: &[&str]) -> ArrayRef {
        Arc::new(StringArray::from(cells.to_vec()))
    }

    fn utc(text: &str) -> i64 {
        chrono::DateTime::parse_from_rfc3339(text).expect("valid").timestamp_micros()
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
    fn a_day_with_an_offset_is_the_day_in_the_projects_zone_also_where_a_format_reads_it() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("valid").to_epoch_days();
        let (got, _) =
            paris(Some("%Y-%m-%d %H:%M %z")).days(&text(&["2026-11-20 23:30 -0800", "2026-11-20 23:30 +0100"]));
        assert_eq!(got.values(), &[day(2026, 11, 21), day(2026, 11, 20)]);
    }

    #[test]
    fn moments_before_the_year_1000_are_none() {
        assert_eq!(NaiveDate::from_ymd_opt(1000, 1, 1).expect("valid").to_epoch_days(), (FIRST / iso::DAY) as i32);
        let (got, bad) = paris(None).moments(&text(&["0026-11-10", "0001-01-01 00:00:00", "1000-01-02"]));
        assert_eq!((got.null_count(), bad.len()), (2, 2));
        let days: ArrayRef = Arc::new(Date32Array::from(vec![day_of(utc("0026-11-10T00:00:00Z")), 20_778, i32::MAX]));
        let (got, bad) = paris(None).moments(&days);
        assert_eq!(got.iter().map(|at| at.is_some()).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(bad.len(), 2);
    }

    #[test]
    fn the_day_of_an_instant_is_the_day_in_the_projects_zone() {
        let at = TimestampMicrosecondArray::from(vec![utc("2026-11-20T23:30:00Z")]).with_timezone("UTC");
        let (got, _) = paris(None).days(&(Arc::new(at) as ArrayRef));
        assert_eq!(got.value(0), NaiveDate::from_ymd_opt(2026, 11, 21).expect("valid").to_epoch_days());
    }
}
