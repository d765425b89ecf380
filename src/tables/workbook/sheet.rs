//! The sheets, each declared once: of which table, which columns under which headings, and how their values look.

use crate::tables::schema::TableId;

/// How the values of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellFormat {
    /// Words, as they stand.
    Words,
    /// The id of a group, shown as its name.
    Group,
    /// The id of an element, shown as its name.
    Element,
    /// A word of a closed list, `_` shown as a space.
    Term,
    /// How many a group has.
    Size,
    /// Another whole number, in groups of three digits.
    Count,
    /// A share from 0 to 1, in percent.
    Share,
    /// A score, with one decimal.
    Score,
    /// An amount of the project's currency.
    Money,
    /// A difference or an index, with two decimals.
    Index,
    /// A day.
    Day,
    /// Yes or no.
    Flag,
}

/// A column of a sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct SheetColumn {
    /// Heading.
    pub(super) heading: &'static str,
    /// Column of the table.
    pub(super) from: &'static str,
    pub(super) look: CellFormat,
    /// Width in characters.
    pub(super) width: u16,
}

/// A sheet.
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) table: TableId,
    pub(super) columns: &'static [SheetColumn],
}

const fn column(heading: &'static str, from: &'static str, look: CellFormat, width: u16) -> SheetColumn {
    SheetColumn { heading, from, look, width }
}

const INTERVAL: u16 = 9;

const GROUPS: [SheetColumn; 29] = [
    column("Group", "name", CellFormat::Words, 34),
    column("Id", "segment_id", CellFormat::Words, 7),
    column("Customers", "size", CellFormat::Size, 11),
    column("Share", "share", CellFormat::Share, INTERVAL),
    column("from", "share_low", CellFormat::Share, INTERVAL),
    column("to", "share_high", CellFormat::Share, INTERVAL),
    column("Since yesterday", "size_change_1d", CellFormat::Count, 11),
    column("In 30 nights", "size_change_30d", CellFormat::Count, 11),
    column("Asked", "respondents", CellFormat::Count, 9),
    column("Value a year", "value_mean", CellFormat::Money, 12),
    column("from", "value_mean_low", CellFormat::Money, 11),
    column("to", "value_mean_high", CellFormat::Money, 11),
    column("Share of all value", "value_share", CellFormat::Share, 11),
    column("Satisfaction, 0 to 10", "satisfaction", CellFormat::Score, 12),
    column("from", "satisfaction_low", CellFormat::Score, INTERVAL),
    column("to", "satisfaction_high", CellFormat::Score, INTERVAL),
    column("Recommend, −100 to 100", "nps", CellFormat::Score, 13),
    column("from", "nps_low", CellFormat::Score, INTERVAL),
    column("to", "nps_high", CellFormat::Score, INTERVAL),
    column("Fully connected", "connection_score", CellFormat::Share, 11),
    column("from", "connection_score_low", CellFormat::Share, INTERVAL),
    column("to", "connection_score_high", CellFormat::Share, INTERVAL),
    column("Within reach", "reach_any", CellFormat::Count, 10),
    column("by e-mail", "reach_email", CellFormat::Count, 10),
    column("by text message", "reach_sms", CellFormat::Count, 10),
    column("by push message", "reach_push", CellFormat::Count, 10),
    column("by phone", "reach_phone", CellFormat::Count, 10),
    column("by post", "reach_post", CellFormat::Count, 10),
    column("Held out", "held_out", CellFormat::Count, 10),
];

const ELEMENTS: [SheetColumn; 18] = [
    column("Group", "segment_id", CellFormat::Group, 34),
    column("Element", "element_id", CellFormat::Element, 26),
    column("Level", "level", CellFormat::Term, 14),
    column("Matters, 0 to 10", "importance", CellFormat::Score, 10),
    column("from", "importance_low", CellFormat::Score, INTERVAL),
    column("to", "importance_high", CellFormat::Score, INTERVAL),
    column("Delivered, 0 to 10", "fulfillment", CellFormat::Score, 10),
    column("from", "fulfillment_low", CellFormat::Score, INTERVAL),
    column("to", "fulfillment_high", CellFormat::Score, INTERVAL),
    column("Wanted beyond delivered", "gap", CellFormat::Index, 12),
    column("from", "gap_low", CellFormat::Index, INTERVAL),
    column("to", "gap_high", CellFormat::Index, INTERVAL),
    column("High ratings", "high_share", CellFormat::Share, 10),
    column("Kept", "delivered", CellFormat::Term, 10),
    column("What to do", "quadrant", CellFormat::Term, 11),
    column("Answers on what matters", "importance_answers", CellFormat::Count, 12),
    column("Answers on what is delivered", "fulfillment_answers", CellFormat::Count, 12),
    column("Too few to show all", "suppressed", CellFormat::Flag, 10),
];

const PLANS: [SheetColumn; 22] = [
    column("Group", "segment_id", CellFormat::Group, 34),
    column("Place", "rank", CellFormat::Count, 6),
    column("For", "scope", CellFormat::Term, 10),
    column("What to do", "action", CellFormat::Words, 60),
    column("First step", "first_step", CellFormat::Words, 50),
    column("Opening", "opening", CellFormat::Words, 40),
    column("Why", "because", CellFormat::Words, 60),
    column("Must be true first", "proof_needed", CellFormat::Words, 40),
    column("Avoid", "avoid", CellFormat::Words, 40),
    column("Channel", "channel", CellFormat::Term, 12),
    column("Owner", "owner", CellFormat::Term, 16),
    column("Effort", "effort", CellFormat::Term, 8),
    column("People", "people", CellFormat::Count, 10),
    column("Within reach", "reach", CellFormat::Count, 10),
    column("Held out", "held_out", CellFormat::Count, 10),
    column("Measured by", "metric", CellFormat::Term, 18),
    column("Now", "baseline", CellFormat::Index, INTERVAL),
    column("Aim", "target", CellFormat::Index, INTERVAL),
    column("How it can be told", "trial", CellFormat::Term, 16),
    column("Known on", "known_on", CellFormat::Day, 11),
    column("People needed", "people_needed", CellFormat::Count, 10),
    column("Found so far", "learned", CellFormat::Words, 40),
];

const CHANGES: [SheetColumn; 5] = [
    column("From", "from_segment_id", CellFormat::Group, 34),
    column("To", "to_segment_id", CellFormat::Group, 34),
    column("Within nights", "horizon_days", CellFormat::Count, 9),
    column("Customers", "customers", CellFormat::Count, 11),
    column("Share of those there then", "share", CellFormat::Share, 12),
];

/// All sheets with figures, in the order of the workbook.
pub(super) const SHEETS: [Sheet; 4] = [
    Sheet { name: "Groups", table: TableId::Segments, columns: &GROUPS },
    Sheet { name: "Elements", table: TableId::SegmentElements, columns: &ELEMENTS },
    Sheet { name: "Plans", table: TableId::Plans, columns: &PLANS },
    Sheet { name: "Changes", table: TableId::Transitions, columns: &CHANGES },
];

impl Sheet {
    /// Whether a column holds a number of people, which pages tell in fives.
    pub(super) fn counts_people(&self, column: &SheetColumn) -> bool {
        self.table.columns().iter().any(|own| own.name() == column.from && own.counts_people())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::schema::ColumnType as T;

    #[test]
    fn every_column_of_a_sheet_is_one_of_its_table_and_looks_as_its_type_can() {
        for sheet in SHEETS {
            for column in sheet.columns {
                let known = sheet.table.columns().iter().find(|own| own.name() == column.from);
                let kind = known.unwrap_or_else(|| panic!("{} has no {}", sheet.name, column.from)).kind();
                let can = match column.look {
                    CellFormat::Words | CellFormat::Group | CellFormat::Element | CellFormat::Term => {
                        matches!(kind, T::Text | T::Category)
                    }
                    CellFormat::Size | CellFormat::Count => matches!(kind, T::Int32 | T::Int64),
                    CellFormat::Share | CellFormat::Score | CellFormat::Money | CellFormat::Index => kind == T::Float64,
                    CellFormat::Day => kind == T::Date,
                    CellFormat::Flag => kind == T::Bool,
                };
                assert!(can, "{}: {} is {kind:?}", sheet.name, column.from);
            }
        }
    }

    #[test]
    fn no_sheet_tells_of_single_people() {
        for sheet in SHEETS {
            assert!(!sheet.table.private());
            assert!(sheet.table.columns().iter().all(|column| column.name() != "customer_id"), "{}", sheet.name);
        }
    }
}
