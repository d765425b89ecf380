//! The contract of every output table: which columns, of which type, in which order, what each one means, and how it
//! is filled. All of it stands once, in the file of the table.
//!
//! Readers glob the same table over many nights, so within one [`SCHEMA_VERSION`] nothing is added, removed, renamed,
//! retyped or reordered. That is why columns and tables that nothing fills yet stand here already: they are reserved,
//! their columns are null and their tables have no rows. `data/schema/tables.md` is made from this module and compared
//! with it by a test, so the page people read cannot drift from the files.

mod arc_transitions;
mod arrays;
mod audience_changes;
mod audience_members;
mod candidates;
mod cell;
mod column;
mod customer_words;
mod customers;
mod descriptors;
mod drift;
mod drivers;
mod effects;
mod element_scores;
mod markdown;
mod moves;
mod open_matters;
mod plans;
mod quality;
mod regularities;
mod rejected_rows;
mod relationship;
mod rfm;
mod segment_elements;
mod segment_needs;
mod segments;
mod sensitive;
mod table;
mod transitions;

use std::sync::LazyLock;

pub use arc_transitions::{ArcTransitionRow, arc_transition_rows};
pub(in crate::tables) use arrays::texts;
pub use audience_changes::AudienceChangeRow;
pub(in crate::tables) use audience_changes::AudienceChangeRows;
pub use audience_members::AudienceMemberRow;
pub(in crate::tables) use audience_members::AudienceMemberRows;
pub use candidates::{CandidateRow, NumberedCandidate, numbered_candidates};
pub use cell::Cell;
pub use column::{Column, ColumnType};
pub use customer_words::CustomerLabels;
pub(in crate::tables) use customer_words::CustomerWords;
pub(in crate::tables) use customers::CustomerRows;
pub use drivers::{DriverRow, driver_rows};
pub(in crate::tables) use element_scores::ScoreRows;
pub use markdown::tables_markdown;
pub use moves::MoveRow;
pub(in crate::tables) use moves::MoveRows;
pub use open_matters::OpenMatterRow;
pub(in crate::tables) use open_matters::OpenMatterRows;
pub use plans::{PlanRow, plan_rows};
pub use quality::{NumberedCheck, QualityRow, numbered_checks};
pub use rejected_rows::{RejectedRow, distinct_rejected};
pub use relationship::{RelationshipRow, relationship_rows};
pub use segment_elements::{SegmentElementRow, segment_element_rows};
pub use segment_needs::{SegmentNeedRow, segment_need_rows};
pub use segments::{EarlierSizes, SegmentRow, segment_rows};
pub use sensitive::SensitivePolicy;
pub use table::{About, Columns, Fill, Table, TableSource};
pub use transitions::{NOISE_STEPS, Since, TransitionRow, Whereabouts, transition_rows};

use crate::model::effect::EffectFinding;
use crate::model::segment::crosstab::DescriptorCell;
use crate::model::segment::drift::DriftRow;
use crate::model::segment::lens::Regularity;
use crate::model::segment::rfm::GroupingShare;

/// Version of all table layouts together. Raised whenever any column of any table changes.
pub const SCHEMA_VERSION: &str = "1";

/// Lists the tables, each with what it is filled from.
macro_rules! tables {
    ($($(#[$doc:meta])* $id:ident = $source:ty;)+) => {
        /// An output table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum TableId { $($(#[$doc])* $id,)+ }

        impl TableId {
            /// All tables, in the order of the documentation.
            pub const ALL: [Self; [$(stringify!($id)),+].len()] = [$(Self::$id),+];
        }

        /// The declarations in the same order, without what fills the columns.
        static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| vec![$(<$source>::table().described()),+]);
    };
}

tables! {
    /// What a night knows about each customer.
    Customers = CustomerRows<'static>;
    /// Scores of the 30 elements for each customer.
    ElementScores = ScoreRows<'static>;
    /// Segments, everybody and the unassigned.
    Segments = SegmentRow<'static>;
    /// Each element in each segment.
    SegmentElements = SegmentElementRow<'static>;
    /// Each need tier in each segment.
    SegmentNeeds = SegmentNeedRow<'static>;
    /// What outcomes go with.
    Drivers = DriverRow<'static>;
    /// How close each segment is.
    Relationship = &'static RelationshipRow;
    /// Who is in each segment.
    Descriptors = &'static DescriptorCell;
    /// Ready-made groups beside the segments.
    Rfm = &'static GroupingShare;
    /// Published regularities beside own figures.
    Regularities = &'static Regularity;
    /// Lines of the plans.
    Plans = PlanRow<'static>;
    /// Customers who moved.
    Moves = MoveRows<'static>;
    /// What is open with whom.
    OpenMatters = OpenMatterRows<'static>;
    /// Counts of moves.
    Transitions = TransitionRow<'static>;
    /// Counts of ways up and down the arc.
    ArcTransitions = ArcTransitionRow;
    /// Solutions tried at the fit.
    Candidates = NumberedCandidate<'static>;
    /// Checks.
    Quality = NumberedCheck<'static>;
    /// Inputs against those of the fit.
    Drift = &'static DriftRow;
    /// Whether plays worked.
    Effects = &'static EffectFinding;
    /// Who is on which list.
    AudienceMembers = AudienceMemberRows<'static>;
    /// Who joined or left a list.
    AudienceChanges = AudienceChangeRows<'static>;
    /// Input rows that were not accepted.
    RejectedRows = &'static RejectedRow;
}
