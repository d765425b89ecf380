//! Days and moments: ISO 8601 or a format of the user's, with a zone of their own or the project's.

use std::sync::Arc;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Date32Builder, TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};

use super::super::ledger::RejectCode;
use super::cast::{Bad, as_text, present};

/// Days from year 1 to 1970 in chrono's count.
const EPOCH_FROM_CE: i32 = 719_163;

/// How times of a table are written, and where.
#[derive(Clone, Debug)]
pub(super) struct Times {
    /// The project's zone: what a time without a zone means.
    pub(super) zone: Tz,
    /// `strftime` letters; ISO 8601 when absent.
    pub(super) format: Option<String>,
}

impl Times {
    /// The type moments are kept as: instants, shown in the project's zone, so that `date_part('hour', …)` in SQL is
    /// the customer's hour.
    pub(super) fn moment_type(&self) -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some(self.zone.name().into()))
    }

    /// The first moment after `day`, as microseconds since 1970 in UTC.
    pub(super) fn end_of(&self, day: NaiveDate) -> i64 {
        let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
        self.instant(next.and_time(NaiveTime::MIN)).timestamp_micros()
    }

    /// The instant of a local time: the earlier of two when clocks go back; when they go forward, as if they had not.
    fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
            LocalResult::None => {
                // METHOD: a local time inside the gap is read with the offset in force before it.
                let before = local.checked_sub_signed(TimeDelta::hours(3)).unwrap_or(local);
                match self.zone.from_local_datetime(&before) {
                    LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc() + TimeDelta::hours(3),
                    LocalResult::None => Utc.from_utc_datetime(&local),
                }
            }
        }
    }

    /// A moment column.
    pub(super) fn moments(&self, array: &ArrayRef) -> (TimestampMicrosecondArray, Bad) {
        let kind = self.moment_type();
        let done = |array: TimestampMicrosecondArray| array.with_data_type(kind.clone());
        match array.data_type() {
            DataType::Timestamp(_, Some(_)) => {
                let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
                match cast(array, &utc) {
                    Ok(cast) => (done(cast.as_primitive::<TimestampMicrosecondType>().clone()), Bad::new()),
                    Err(_) => (done(all_absent(array.len())), present(array, RejectCode::NotADate)),
                }
            }
            DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 => {
                match cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None)) {
                    Ok(cast) => {
                        let local = cast.as_primitive::<TimestampMicrosecondType>();
                        let utc = local.unary_opt::<_, TimestampMicrosecondType>(|micros| {
                            let local = DateTime::from_timestamp_micros(micros)?.naive_utc();
                            Some(self.instant(local).timestamp_micros())
                        });
                        (done(utc), Bad::new())
                    }
                    Err(_) => (done(all_absent(array.len())), present(array, RejectCode::NotADate)),
                }
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
                let mut bad = Bad::new();
                let mut out = TimestampMicrosecondBuilder::with_capacity(array.len());
                for (i, cell) in as_text(array).iter().enumerate() {
                    match cell.map(str::trim).filter(|t| !t.is_empty()).map(|t| self.parse_moment(t)) {
                        None => out.append_null(),
                        Some(Some(at)) => out.append_value(at.timestamp_micros()),
                        Some(None) => {
                            bad.push((i, RejectCode::NotADate));
                            out.append_null();
                        }
                    }
                }
                (done(out.finish()), bad)
            }
            _ => (done(all_absent(array.len())), present(array, RejectCode::NotADate)),
        }
    }

    /// A day column: the day in the project's zone.
    pub(super) fn days(&self, array: &ArrayRef) -> (Date32Array, Bad) {
        match array.data_type() {
            DataType::Date32 => (array.as_primitive::<Date32Type>().clone(), Bad::new()),
            DataType::Date64 | DataType::Timestamp(_, None) => match cast(array, &DataType::Date32) {
                Ok(cast) => (cast.as_primitive::<Date32Type>().clone(), Bad::new()),
                Err(_) => (Date32Array::new_null(array.len()), present(array, RejectCode::NotADate)),
            },
            DataType::Timestamp(_, Some(_)) => {
                let (moments, bad) = self.moments(array);
                let local = |micros: i64| {
                    let at = DateTime::from_timestamp_micros(micros)?.with_timezone(&self.zone);
                    Some(day_number(at.date_naive()))
                };
                (moments.unary_opt::<_, Date32Type>(local), bad)
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
                let mut bad = Bad::new();
                let mut out = Date32Builder::with_capacity(array.len());
                for (i, cell) in as_text(array).iter().enumerate() {
                    match cell.map(str::trim).filter(|t| !t.is_empty()).map(|t| self.parse_day(t)) {
                        None => out.append_null(),
                        Some(Some(day)) => out.append_value(day_number(day)),
                        Some(None) => {
                            bad.push((i, RejectCode::NotADate));
                            out.append_null();
                        }
                    }
                }
                (out.finish(), bad)
            }
            _ => (Date32Array::new_null(array.len()), present(array, RejectCode::NotADate)),
        }
    }

    fn parse_moment(&self, text: &str) -> Option<DateTime<Utc>> {
        if let Some(format) = &self.format {
            if let Ok(at) = DateTime::parse_from_str(text, format) {
                return Some(at.to_utc());
            }
            let local = NaiveDateTime::parse_from_str(text, format)
                .or_else(|_| NaiveDate::parse_from_str(text, format).map(|day| day.and_time(NaiveTime::MIN)));
            return local.ok().map(|local| self.instant(local));
        }
        if text.len() == 10 {
            return parse_iso_day(text).map(|day| self.instant(day.and_time(NaiveTime::MIN)));
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(at.to_utc());
        }
        const ZONED: [&str; 4] =
            ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z", "%Y-%m-%dT%H:%M%#z"];
        const LOCAL: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
        let bare = text.strip_suffix(" UTC").or_else(|| text.strip_suffix('Z'));
        if let Some(bare) = bare {
            let at = LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(bare, format).ok());
            return at.map(|at| at.and_utc());
        }
        if let Some(local) = LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()) {
            return Some(self.instant(local));
        }
        ZONED.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()).map(|at| at.to_utc())
    }

    fn parse_day(&self, text: &str) -> Option<NaiveDate> {
        if self.format.is_none() && text.len() == 10 {
            return parse_iso_day(text);
        }
        if let Some(format) = &self.format
            && let Ok(day) = NaiveDate::parse_from_str(text, format)
        {
            return Some(day);
        }
        self.parse_moment(text).map(|at| at.with_timezone(&self.zone).date_naive())
    }
}

fn all_absent(n: usize) -> TimestampMicrosecondArray {
    TimestampMicrosecondArray::new_null(n)
}

/// `2026-11-21`, and nothing else of ten bytes.
fn parse_iso_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?)
}

/// Days since 1970.
pub(super) fn day_number(day: NaiveDate) -> i32 {
    use chrono::Datelike;
    day.num_days_from_ce() - EPOCH_FROM_CE
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
    fn the_day_of_an_instant_is_the_day_in_the_projects_zone() {
        let at = TimestampMicrosecondArray::from(vec![utc("2026-11-20T23:30:00Z")]).with_timezone("UTC");
        let (got, _) = paris(None).days(&(Arc::new(at) as ArrayRef));
        assert_eq!(got.value(0), day_number(NaiveDate::from_ymd_opt(2026, 11, 21).expect("valid")));
        assert!(format_is_known("%d.%m.%Y") && !format_is_known("%d.%Q"));
    }
}
