//! The sheets, each declared once: of which table, which columns under which headings, and how their values look.

use crate::tables::schema::TableId;

/// How the values of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
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
    pub(super) look: Look,
    /// Width in characters.
    pub(super) width: u16,
}

/// A sheet.
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) table: TableId,
    pub(super) columns: &'static [SheetColumn],
}

const fn column(heading: &'static str, from: &'static str, look: Look, width: u16) -> SheetColumn {
    SheetColumn { heading, from, look, width }
}

const INTERVAL: u16 = 9;

const GROUPS: [SheetColumn; 29] = [
    column("Group", "name", Look::Words, 34),
    column("Id", "segment_id", Look::Words, 7),
    column("Customers", "size", Look::Size, 11),
    column("Share", "share", Look::Share, INTERVAL),
    column("from", "share_low", Look::Share, INTERVAL),
    column("to", "share_high", Look::Share, INTERVAL),
    column("Since yesterday", "size_change_1d", Look::Count, 11),
    column("In 30 nights", "size_change_30d", Look::Count, 11),
    column("Asked", "respondents", Look::Count, 9),
    column("Value a year", "value_mean", Look::Money, 12),
    column("from", "value_mean_low", Look::Money, 11),
    column("to", "value_mean_high", Look::Money, 11),
    column("Share of all value", "value_share", Look::Share, 11),
    column("Satisfaction, 0 to 10", "satisfaction", Look::Score, 12),
    column("from", "satisfaction_low", Look::Score, INTERVAL),
    column("to", "satisfaction_high", Look::Score, INTERVAL),
    column("Recommend, −100 to 100", "nps", Look::Score, 13),
    column("from", "nps_low", Look::Score, INTERVAL),
    column("to", "nps_high", Look::Score, INTERVAL),
    column("Fully connected", "connection_score", Look::Share, 11),
    column("from", "connection_score_low", Look::Share, INTERVAL),
    column("to", "connection_score_high", Look::Share, INTERVAL),
    column("Within reach", "reach_any", Look::Count, 10),
    column("by e-mail", "reach_email", Look::Count, 10),
    column("by text message", "reach_sms", Look::Count, 10),
    column("by push message", "reach_push", Look::Count, 10),
    column("by phone", "reach_phone", Look::Count, 10),
    column("by post", "reach_post", Look::Count, 10),
    column("Held out", "held_out", Look::Count, 10),
];

const ELEMENTS: [SheetColumn; 18] = [
    column("Group", "segment_id", Look::Group, 34),
    column("Element", "element_id", Look::Element, 26),
    column("Level", "level", Look::Term, 14),
    column("Matters, 0 to 10", "importance", Look::Score, 10),
    column("from", "importance_low", Look::Score, INTERVAL),
    column("to", "importance_high", Look::Score, INTERVAL),
    column("Delivered, 0 to 10", "fulfillment", Look::Score, 10),
    column("from", "fulfillment_low", Look::Score, INTERVAL),
    column("to", "fulfillment_high", Look::Score, INTERVAL),
    column("Wanted beyond delivered", "gap", Look::Index, 12),
    column("from", "gap_low", Look::Index, INTERVAL),
    column("to", "gap_high", Look::Index, INTERVAL),
    column("High ratings", "high_share", Look::Share, 10),
    column("Kept", "delivered", Look::Term, 10),
    column("What to do", "quadrant", Look::Term, 11),
    column("Answers on what matters", "importance_answers", Look::Count, 12),
    column("Answers on what is delivered", "fulfillment_answers", Look::Count, 12),
    column("Too few to show all", "suppressed", Look::Flag, 10),
];

const PLANS: [SheetColumn; 22] = [
    column("Group", "segment_id", Look::Group, 34),
    column("Place", "rank", Look::Count, 6),
    column("For", "scope", Look::Term, 10),
    column("What to do", "action", Look::Words, 60),
    column("First step", "first_step", Look::Words, 50),
    column("Opening", "opening", Look::Words, 40),
    column("Why", "because", Look::Words, 60),
    column("Must be true first", "proof_needed", Look::Words, 40),
    column("Avoid", "avoid", Look::Words, 40),
    column("Channel", "channel", Look::Term, 12),
    column("Owner", "owner", Look::Term, 16),
    column("Effort", "effort", Look::Term, 8),
    column("People", "people", Look::Count, 10),
    column("Within reach", "reach", Look::Count, 10),
    column("Held out", "held_out", Look::Count, 10),
    column("Measured by", "metric", Look::Term, 18),
    column("Now", "baseline", Look::Index, INTERVAL),
    column("Aim", "target", Look::Index, INTERVAL),
    column("How it can be told", "trial", Look::Term, 16),
    column("Known on", "known_on", Look::Day, 11),
    column("People needed", "people_needed", Look::Count, 10),
    column("Found so far", "learned", Look::Words, 40),
];

const CHANGES: [SheetColumn; 5] = [
    column("From", "from_segment_id", Look::Group, 34),
    column("To", "to_segment_id", Look::Group, 34),
    column("Within nights", "horizon_days", Look::Count, 9),
    column("Customers", "customers", Look::Count, 11),
    column("Share of those there then", "share", Look::Share, 12),
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
                    Look::Words | Look::Group | Look::Element | Look::Term => matches!(kind, T::Text | T::Category),
                    Look::Size | Look::Count => matches!(kind, T::Int32 | T::Int64),
                    Look::Share | Look::Score | Look::Money | Look::Index => kind == T::Float64,
                    Look::Day => kind == T::Date,
                    Look::Flag => kind == T::Bool,
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
