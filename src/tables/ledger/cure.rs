//! What to do about a fault: the key of the configuration to write, with the values that fit what was seen.

use super::{CellForm, FaultCount, RejectCode, Scope};

/// Share of the cells of a fault that must have one form before its cure is offered. Our judgment: most of them.
const MOST: f64 = 0.5;

/// Most different numbers off a scale that look like codes such as 98 = "do not know". Our judgment: surveys use up to four
/// ("do not know", "refused", "does not apply", "not asked").
const MOST_CODES: usize = 4;

/// The two formats of dates whose day and month stand before the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOrder {
    /// `date_format` with the day first.
    pub day_first: String,
    /// `date_format` with the month first.
    pub month_first: String,
    /// Cells that can only have the day first.
    pub only_day_first: u64,
    /// Cells that can only have the month first.
    pub only_month_first: u64,
    /// Cells that can have either.
    pub either: u64,
}

impl DayOrder {
    /// Cells written so.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.only_day_first + self.only_month_first + self.either
    }

    /// The only format that fits every cell; `None` where both do, or neither.
    #[must_use]
    pub fn fits(&self) -> Option<&str> {
        match (self.only_day_first > 0, self.only_month_first > 0) {
            (true, false) => Some(&self.day_first),
            (false, true) => Some(&self.month_first),
            _ => None,
        }
    }

    /// What fits, and what to write.
    #[must_use]
    pub fn advice(&self) -> String {
        let Self { day_first, month_first, .. } = self;
        match self.fits() {
            Some(format) => format!("all of them fit date_format = \"{format}\" only; if they are meant so, write it"),
            None if self.only_day_first > 0 => format!(
                "{} of them fit \"{day_first}\" only and {} \"{month_first}\" only: two ways of writing in one column; make it \
                 one, or two entries of the table",
                self.only_day_first, self.only_month_first
            ),
            None => {
                format!(
                    "write date_format = \"{day_first}\" or \"{month_first}\", whichever is meant; the cells do not tell"
                )
            }
        }
    }
}

impl FaultCount {
    /// One thing to do about it, with the key to write and values for it where what was seen tells them.
    #[must_use]
    pub fn cure(&self) -> String {
        let nothing = self.forms.get(&CellForm::Nothing).is_some_and(|n| self.is_most(*n));
        let specific = match self.code {
            RejectCode::NotADate
            | RejectCode::NotANumber
            | RejectCode::NotFinite
            | RejectCode::NotAFlag
            | RejectCode::UnknownWord
                if nothing =>
            {
                Some(
                    "list what stands for \"nothing here\" in the source: csv = { nulls = [\"\", \"n/a\", \"0000-00-00\"] }".to_owned(),
                )
            }
            RejectCode::OffScale => self.cure_of_codes(),
            RejectCode::NotADate => self.cure_of_dates(),
            _ => None,
        };
        specific.unwrap_or_else(|| self.code.to_do().to_owned())
    }

    /// The fault in a sentence: how many, where, what, and what the cells look like.
    #[must_use]
    pub fn sentence(&self) -> String {
        let things = match (self.scope, self.count) {
            (Scope::Row, 1) => "row",
            (Scope::Row, _) => "rows",
            (Scope::Cell, 1) => "cell",
            (Scope::Cell, _) => "cells",
        };
        let place = if self.column.is_empty() { String::new() } else { format!(" in `{}`", self.column) };
        let shapes: Vec<&str> = self.shapes.iter().map(|seen| seen.shape.as_str()).collect();
        let look = if shapes.is_empty() { String::new() } else { format!("; they look like {}", shapes.join(" | ")) };
        format!("{} {things}{place}: {}{look}", self.count, self.code.meaning())
    }

    /// Day and month in front of the year, where most of the cells are written so and no format says which comes first.
    #[must_use]
    pub fn day_order(&self) -> Option<DayOrder> {
        let of = |form| self.forms.get(&form).copied().unwrap_or(0);
        let [only_day_first, only_month_first, either] =
            [CellForm::DayFirst, CellForm::MonthFirst, CellForm::EitherFirst].map(of);
        if !self.is_most(only_day_first + only_month_first + either) {
            return None;
        }
        let shape = self.shapes.iter().find_map(|seen| format_of(&seen.shape));
        let (sign, rest) = shape.unwrap_or(('/', String::new()));
        let format = |a: &str, b: &str| format!("%{a}{sign}%{b}{sign}%Y{rest}");
        let (day_first, month_first) = (format("d", "m"), format("m", "d"));
        Some(DayOrder { day_first, month_first, only_day_first, only_month_first, either })
    }

    fn is_most(&self, n: u64) -> bool {
        n > 0 && n as f64 >= MOST * self.count as f64
    }

    fn cure_of_codes(&self) -> Option<String> {
        if self.off_codes.is_empty() || self.off_codes.len() > MOST_CODES {
            return None;
        }
        let codes = self.off_codes.join(", ");
        Some(format!(
            "if {codes} mean \"do not know\" or \"does not apply\", write not_applicable = [{codes}]; if the scale goes that far, \
             correct `scale`"
        ))
    }

    fn cure_of_dates(&self) -> Option<String> {
        if let Some(order) = self.day_order() {
            return Some(order.advice());
        }
        let (form, _) = self.forms.iter().find(|(_, n)| self.is_most(**n))?;
        let column = self.column.replace('"', "\"\"");
        let epoch = |unit, function, divide: &str| {
            format!(
                "such numbers count {unit} since 1970; read the table by `query` with \
                 {function}(cast(\"{column}\" as bigint){divide}) at time zone 'UTC'"
            )
        };
        match form {
            CellForm::SpreadsheetDays => Some(format!(
                "such numbers are days as Excel counts them; format the column as dates before it is exported, or read the table \
                 by `query` with to_timestamp(cast(round((cast(\"{column}\" as double) - 25569) * 86400) as bigint))"
            )),
            CellForm::Seconds => Some(epoch("seconds", "to_timestamp", "")),
            CellForm::Millis => Some(epoch("milliseconds", "to_timestamp_millis", "")),
            CellForm::Micros => Some(epoch("microseconds", "to_timestamp_micros", "")),
            CellForm::Nanos => Some(epoch("nanoseconds", "to_timestamp_micros", " / 1000")),
            CellForm::EightDigits => Some("write date_format = \"%Y%m%d\"".to_owned()),
            CellForm::ShortYear => Some(
                "years are written in two digits, or were once read as such: write %y in place of %Y in `date_format`, such as \
                 \"%d.%m.%y\"; years before 1000 are to be corrected where the file comes from"
                    .to_owned(),
            ),
            CellForm::DayFirst | CellForm::MonthFirst | CellForm::EitherFirst | CellForm::Nothing => None,
        }
    }
}

/// The sign between the parts of a day and the format of the time behind it, read off a mask such as `9/99/9999 99:99`.
fn format_of(shape: &str) -> Option<(char, String)> {
    let sign = shape.chars().find(|c| *c != '9').filter(|c| matches!(c, '/' | '.' | '-'))?;
    let (_, rest) = shape.split_once("9999")?;
    let rest = match rest.trim_end_matches(['A', 'a']).trim_end() {
        "" => "",
        _ if rest.ends_with(['A', 'a']) && rest.matches(':').count() == 1 => " %I:%M %p",
        _ if rest.ends_with(['A', 'a']) => " %I:%M:%S %p",
        time if time.matches(':').count() == 1 => " %H:%M",
        _ => " %H:%M:%S",
    };
    Some((sign, rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::CellShape;
    use super::*;

    fn fault(code: RejectCode, shapes: &[&str], forms: &[(CellForm, u64)], off_codes: &[&str]) -> FaultCount {
        FaultCount {
            column: "Created".to_owned(),
            code,
            scope: Scope::Row,
            count: 10,
            shapes: shapes.iter().map(|shape| CellShape { shape: (*shape).to_owned(), count: 5 }).collect(),
            forms: forms.iter().copied().collect(),
            off_codes: off_codes.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    #[test]
    fn few_numbers_off_a_scale_are_offered_as_codes_and_many_are_not() {
        let cure = fault(RejectCode::OffScale, &["99"], &[], &["98", "99"]).cure();
        assert!(cure.contains("not_applicable = [98, 99]"), "{cure}");
        assert_eq!(fault(RejectCode::OffScale, &["99"], &[], &[]).cure(), RejectCode::OffScale.to_do());
    }

    #[test]
    fn numbers_that_are_no_dates_are_told_by_what_they_count_where_most_of_them_do() {
        let seconds = fault(RejectCode::NotADate, &["9999999999"], &[(CellForm::Seconds, 9)], &[]).cure();
        assert!(seconds.contains("to_timestamp(cast(\"Created\" as bigint))"), "{seconds}");
        let few = fault(RejectCode::NotADate, &["99999"], &[(CellForm::SpreadsheetDays, 4)], &[]);
        assert_eq!(few.cure(), RejectCode::NotADate.to_do());
    }

    #[test]
    fn years_of_two_digits_are_told_by_their_own_letter() {
        let cure = fault(RejectCode::NotADate, &["99.99.99"], &[(CellForm::ShortYear, 9)], &[]).cure();
        assert!(cure.contains("%y in place of %Y"), "{cure}");
    }

    #[test]
    fn words_for_nothing_are_to_be_listed_as_such() {
        let seen = [(CellForm::Nothing, 9)];
        assert!(fault(RejectCode::NotADate, &["AAAA"], &seen, &[]).cure().contains("nulls"));
        assert!(fault(RejectCode::NotFinite, &["AaA"], &seen, &[]).cure().contains("nulls"));
    }

    #[test]
    fn the_order_of_day_and_month_is_named_only_where_one_alone_fits() {
        let shapes = ["99/99/9999 99:99"];
        let both = fault(RejectCode::NotADate, &shapes, &[(CellForm::EitherFirst, 10)], &[]).day_order().expect("seen");
        assert_eq!(both.fits(), None);
        assert!(both.advice().contains("\"%d/%m/%Y %H:%M\" or \"%m/%d/%Y %H:%M\""), "{}", both.advice());
        let seen = [(CellForm::EitherFirst, 6), (CellForm::DayFirst, 4)];
        let day = fault(RejectCode::NotADate, &["99.99.9999"], &seen, &[]).day_order().expect("seen");
        assert_eq!(day.fits(), Some("%d.%m.%Y"));
        let seen = [(CellForm::MonthFirst, 5), (CellForm::DayFirst, 5)];
        let mixed = fault(RejectCode::NotADate, &["9-9-9999 99:99 AA"], &seen, &[]).day_order().expect("seen");
        assert_eq!((mixed.fits(), mixed.cells()), (None, 10));
        assert_eq!(mixed.month_first, "%m-%d-%Y %I:%M %p");
    }
}
