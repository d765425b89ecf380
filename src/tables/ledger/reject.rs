//! Why rows are rejected and cells left absent.

use serde::Serialize;

/// Why a row was rejected or a cell left absent. Codes are stable; a code is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RejectCode {
    /// A required value is absent.
    Missing,
    /// Not a number.
    NotANumber,
    /// Neither yes nor no.
    NotAFlag,
    /// An answer outside its scale.
    OffScale,
    /// Not a date or time in the expected form.
    NotADate,
    /// Not one of the 30 elements.
    UnknownElement,
    /// Neither importance nor fulfillment.
    UnknownAspect,
    /// Not one of the allowed words.
    UnknownWord,
    /// Not an attitude question.
    UnknownQuestion,
    /// A number outside the column's range.
    OutOfRange,
    /// Infinite or not a number at all.
    NotFinite,
    /// Two rows of one customer that disagree.
    Conflict,
    /// A number with decimals, or a formula, where an id belongs.
    NotAnId,
    /// `nan`, `NULL`, `n/a`, `-`, `#REF!` and the like where an id belongs.
    NothingId,
    /// A line of headings among the rows: the id is the name of its column.
    HeaderRepeated,
    /// The id 0 on so many rows that it stands for guests.
    GuestId,
    /// An amount with the sign of another currency than the project's.
    OtherCurrency,
    /// A line with too many or too few fields.
    FieldCount,
    /// Bytes that are not valid in the encoding.
    NotUtf8,
    /// A line that is not one JSON object.
    NotAnObject,
    /// A cell of more than 1 MiB.
    CellTooLong,
}

impl RejectCode {
    /// Every code, ascending.
    pub const ALL: [Self; 21] = [
        Self::Missing,
        Self::NotANumber,
        Self::NotAFlag,
        Self::OffScale,
        Self::NotADate,
        Self::UnknownElement,
        Self::UnknownAspect,
        Self::UnknownWord,
        Self::UnknownQuestion,
        Self::OutOfRange,
        Self::NotFinite,
        Self::Conflict,
        Self::NotAnId,
        Self::NothingId,
        Self::HeaderRepeated,
        Self::GuestId,
        Self::OtherCurrency,
        Self::FieldCount,
        Self::NotUtf8,
        Self::NotAnObject,
        Self::CellTooLong,
    ];

    /// Stable code, `R0101` and up.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "R0101",
            Self::NotANumber => "R0102",
            Self::NotAFlag => "R0103",
            Self::OffScale => "R0104",
            Self::NotADate => "R0105",
            Self::UnknownElement => "R0106",
            Self::UnknownAspect => "R0107",
            Self::UnknownWord => "R0108",
            Self::UnknownQuestion => "R0109",
            Self::OutOfRange => "R0110",
            Self::NotFinite => "R0111",
            Self::Conflict => "R0112",
            Self::NotAnId => "R0113",
            Self::NothingId => "R0114",
            Self::HeaderRepeated => "R0115",
            Self::GuestId => "R0116",
            Self::OtherCurrency => "R0117",
            Self::FieldCount => "R0121",
            Self::NotUtf8 => "R0122",
            Self::NotAnObject => "R0123",
            Self::CellTooLong => "R0124",
        }
    }

    /// Short kind, as in files.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotANumber => "not_a_number",
            Self::NotAFlag => "not_a_flag",
            Self::OffScale => "off_scale",
            Self::NotADate => "not_a_date",
            Self::UnknownElement => "unknown_element",
            Self::UnknownAspect => "unknown_aspect",
            Self::UnknownWord => "unknown_word",
            Self::UnknownQuestion => "unknown_question",
            Self::OutOfRange => "out_of_range",
            Self::NotFinite => "not_finite",
            Self::Conflict => "conflicting_duplicate",
            Self::NotAnId => "not_an_id",
            Self::NothingId => "nothing_for_an_id",
            Self::HeaderRepeated => "header_repeated",
            Self::GuestId => "guest_id",
            Self::OtherCurrency => "other_currency",
            Self::FieldCount => "wrong_number_of_fields",
            Self::NotUtf8 => "not_utf8",
            Self::NotAnObject => "not_a_json_object",
            Self::CellTooLong => "cell_too_long",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Missing => "a required value is absent",
            Self::NotANumber => "not a number",
            Self::NotAFlag => "neither yes nor no",
            Self::OffScale => "an answer outside its scale",
            Self::NotADate => "not a date or time in the expected form",
            Self::UnknownElement => "not one of the 30 elements",
            Self::UnknownAspect => "neither importance nor fulfillment",
            Self::UnknownWord => "not one of the allowed words",
            Self::UnknownQuestion => "not a known attitude question",
            Self::OutOfRange => "a number outside the range of its column",
            Self::NotFinite => "infinite, or not a number",
            Self::Conflict => "rows of one customer that disagree",
            Self::NotAnId => "a number with decimals, a power of ten or a formula where an id belongs",
            Self::NothingId => "a word for nothing, or the error of a spreadsheet, where an id belongs",
            Self::HeaderRepeated => "the name of a column where an id belongs",
            Self::GuestId => "the id 0 on more rows than one customer can have",
            Self::OtherCurrency => "an amount in another currency than the project's",
            Self::FieldCount => "a line with too many or too few fields",
            Self::NotUtf8 => "bytes that are not valid in the encoding",
            Self::NotAnObject => "a line that is not one JSON object",
            Self::CellTooLong => "a cell of more than 1 MiB",
        }
    }

    /// One thing to do about it.
    #[must_use]
    pub fn to_do(self) -> &'static str {
        match self {
            Self::Missing => "fill the column at its origin, or leave such rows out by `query`",
            Self::NotANumber | Self::NotFinite => {
                "set `decimal` of the source, list what stands for \"no value\" in `nulls`, or say what words are worth in `values`"
            }
            Self::NotAFlag => "write yes or no, true or false, 1 or 0; until then the careful reading counts",
            Self::OffScale => "list codes for \"don't know\" in `not_applicable`, or correct the `scale` of the table",
            Self::NotADate => "say how dates are written in `date_format`, or write them as 2026-11-21",
            Self::UnknownElement => "use the ids that `valueseg explain element` knows, or map the column in `wide`",
            Self::UnknownAspect => "write importance or fulfillment",
            Self::UnknownWord => "use one of the words that `valueseg schema tables` lists for the column",
            Self::UnknownQuestion => "use the question ids of `valueseg schema tables`",
            Self::OutOfRange => "correct the cells; `valueseg schema tables` gives the range",
            Self::Conflict => "keep one row per customer, for instance the newest, by `query`",
            Self::NotAnId => {
                "export the column anew as text: a spreadsheet has cut digits off, and they cannot be restored"
            }
            Self::NothingId => "leave such rows out by `query`, or fill the id at its origin",
            Self::HeaderRepeated => {
                "nothing, if the file has several lines of headings; else leave such rows out by `query`"
            }
            Self::GuestId => "nothing, if 0 stands for guests; else give the customer another id",
            Self::OtherCurrency => "set `[project] currency`, or bring all amounts to one currency by `query`",
            Self::FieldCount => "quote fields that hold the delimiter, or correct the cut-off line",
            Self::NotUtf8 => "set `encoding` of the source, for instance windows-1252",
            Self::NotAnObject => "write one JSON object a line",
            Self::CellTooLong => "look for a quote that is never closed",
        }
    }
}

impl Serialize for RejectCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
