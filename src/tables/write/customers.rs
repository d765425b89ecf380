//! `customers`: the decision on each customer with its evidence, written as it comes.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array, Int32Array, StringArray,
    new_null_array,
};

use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::sensitive::masked_names;
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::catalogue::{ElementId, Level, NeedTier};
use crate::model::rows::{
    ArcEvidence, Assignment, Basis, ConnectionStage, CustomerBlock, CustomerNeeds, CustomerNight, EvidenceBasis,
    LevelReason, LoyaltyType, NeedState, RelationshipLevel, ScoredBlock, Stay, SuppressedReason, UnassignedReason,
};
use crate::tables::schema::{Column, TableId};

/// Enum variants in the order of their discriminants, which are the keys of their dictionaries.
const BASES: [Basis; 5] = [Basis::Survey, Basis::Mixed, Basis::Behaviour, Basis::Prior, Basis::None];
const STATES: [NeedState; 4] = [NeedState::Deficit, NeedState::Growth, NeedState::Balanced, NeedState::Undetermined];
const UNASSIGNED: [UnassignedReason; 2] = [UnassignedReason::NoEvidence, UnassignedReason::TooClose];
const SUPPRESSED: [SuppressedReason; 4] = [
    SuppressedReason::Deceased,
    SuppressedReason::Minor,
    SuppressedReason::Objection,
    SuppressedReason::NoProfilingConsent,
];

const ARC_BASES: [EvidenceBasis; 3] = [EvidenceBasis::Survey, EvidenceBasis::Behaviour, EvidenceBasis::Both];

/// What the positions in a scored block stand for.
#[derive(Clone, Copy, Debug)]
pub struct CustomerLabels<'a> {
    /// Segment ids (`S01`, …) in the order of the model's segments, then ids of earlier ones.
    pub segments: &'a [String],
    /// Names of the model's indicators; ratings are called `importance_<element>` and `fulfilment_<element>`.
    pub indicators: &'a [String],
    /// Rating indicators that rows about customers may not name ([`super::SensitivePolicy::masked_ratings`]).
    pub masked: u64,
}

/// Writes `customers`. Memory does not grow with the number of customers.
pub struct CustomersWriter {
    file: TableFile,
    columns: Vec<Column>,
    words: Words,
    order: AscendingIds,
    waiting: Waiting,
}

/// Dictionaries of the categories.
struct Words {
    run_day: i32,
    segments: ArrayRef,
    indicators: ArrayRef,
    /// Indicators that may not be named.
    unnamed: Vec<bool>,
    bases: ArrayRef,
    tiers: ArrayRef,
    states: ArrayRef,
    unassigned: ArrayRef,
    suppressed: ArrayRef,
    stages: ArrayRef,
    arc_bases: ArrayRef,
    loyalties: ArrayRef,
    levels: ArrayRef,
    level_reasons: ArrayRef,
    elements: ArrayRef,
}

/// Rows that do not fill a chunk yet.
#[derive(Default)]
struct Waiting {
    ids: Vec<String>,
    assignments: Vec<Assignment>,
    basis: Vec<Basis>,
    needs: Vec<CustomerNeeds>,
    value: Vec<Option<f64>>,
    holdout: Vec<bool>,
    suppressed: Vec<Option<SuppressedReason>>,
    nights: Vec<CustomerNight>,
}

/// Rows to encode.
#[derive(Clone, Copy)]
struct Rows<'a> {
    ids: &'a [String],
    assignments: &'a [Assignment],
    basis: &'a [Basis],
    needs: &'a [CustomerNeeds],
    value: &'a [Option<f64>],
    holdout: &'a [bool],
    suppressed: &'a [Option<SuppressedReason>],
    nights: &'a [CustomerNight],
}

impl CustomersWriter {
    /// Creates the file inside `run_folder/tables`.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(run_folder: &Path, meta: &TableMeta, labels: &CustomerLabels<'_>) -> Result<Self, WriteError> {
        let table = TableId::Customers;
        Ok(Self {
            file: TableFile::create(run_folder, table, meta)?,
            columns: table.columns(),
            words: Words::new(meta, labels),
            order: AscendingIds::new(table),
            waiting: Waiting::default(),
        })
    }

    /// Appends a block of any size; ids ascend within and over blocks. What is not known is null.
    ///
    /// # Errors
    /// [`WriteError::Block`], [`WriteError::Order`] or [`WriteError::Label`] for a block that cannot be right; errors
    /// of the disk.
    pub fn write(
        &mut self,
        customers: &CustomerBlock,
        scored: &ScoredBlock,
        nights: &[CustomerNight],
    ) -> Result<(), WriteError> {
        let rows = Rows::of(customers, scored, nights)?;
        self.words.check(rows.assignments)?;
        self.words.check_stays(nights)?;
        self.order.check(rows.ids)?;
        let mut from = 0;
        while from < rows.ids.len() {
            let take = (CHUNK_ROWS - self.waiting.ids.len()).min(rows.ids.len() - from);
            let part = rows.span(from, take);
            if take == CHUNK_ROWS {
                self.encode(part)?;
            } else {
                self.waiting.push(part);
                if self.waiting.ids.len() == CHUNK_ROWS {
                    self.flush()?;
                }
            }
            from += take;
        }
        Ok(())
    }

    /// Writes what waits and closes the file.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn finish(mut self) -> Result<WrittenFile, WriteError> {
        self.flush()?;
        self.file.finish()
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.encode(waiting.rows())
    }

    fn encode(&mut self, rows: Rows<'_>) -> Result<(), WriteError> {
        let (words, columns) = (&self.words, &self.columns);
        self.file.append(rows.ids.len(), |i| rows.column(&columns[i], words))
    }
}

impl Words {
    fn new(meta: &TableMeta, labels: &CustomerLabels<'_>) -> Self {
        let masked = masked_names(labels.masked);
        Self {
            run_day: meta.run_day(),
            segments: texts(labels.segments),
            indicators: texts(labels.indicators),
            unnamed: labels.indicators.iter().map(|name| masked.contains(name)).collect(),
            bases: texts(&BASES.map(Basis::slug)),
            tiers: texts(&NeedTier::ALL.map(NeedTier::slug)),
            states: texts(&STATES.map(NeedState::slug)),
            unassigned: texts(&UNASSIGNED.map(UnassignedReason::slug)),
            suppressed: texts(&SUPPRESSED.map(SuppressedReason::slug)),
            stages: texts(&ConnectionStage::ALL.map(ConnectionStage::slug)),
            arc_bases: texts(&ARC_BASES.map(EvidenceBasis::slug)),
            loyalties: texts(&LoyaltyType::ALL.map(LoyaltyType::slug)),
            levels: texts(&RelationshipLevel::ALL.map(RelationshipLevel::slug)),
            level_reasons: texts(&LevelReason::ALL.map(LevelReason::slug)),
            elements: texts(&ElementId::all().map(ElementId::slug).collect::<Vec<_>>()),
        }
    }

    /// Refuses positions that name nothing.
    fn check(&self, assignments: &[Assignment]) -> Result<(), WriteError> {
        let (segments, indicators) = (self.segments.len(), self.indicators.len());
        for row in assignments {
            for position in [row.segment, row.runner_up, row.raw].into_iter().flatten().map(usize::from) {
                within("segments", position, segments)?;
            }
            for position in row.reasons.iter().chain([&row.reason_against]).flatten().map(|i| usize::from(*i)) {
                within("indicators", position, indicators)?;
            }
        }
        Ok(())
    }

    /// Refuses stays in segments nobody has heard of.
    fn check_stays(&self, nights: &[CustomerNight]) -> Result<(), WriteError> {
        let pending = |stay: &Stay| stay.pending.map(|(place, _)| place);
        let places = nights.iter().flat_map(|night| [night.stay.previous, pending(&night.stay)]).flatten();
        places.map(usize::from).try_for_each(|place| within("segments", place, self.segments.len()))
    }

    /// Key of an indicator that may be named.
    fn reason(&self, indicator: Option<u16>) -> Option<i32> {
        indicator.filter(|i| !self.unnamed[usize::from(*i)]).map(i32::from)
    }
}

fn within(what: &'static str, position: usize, known: usize) -> Result<(), WriteError> {
    if position < known {
        return Ok(());
    }
    Err(WriteError::Label { table: TableId::Customers.slug(), what, position, known })
}

fn texts<S: AsRef<str>>(words: &[S]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

fn floats(values: impl Iterator<Item = Option<f32>>) -> ArrayRef {
    Arc::new(values.map(|value| value.filter(|v| v.is_finite())).collect::<Float32Array>())
}

fn category(words: &ArrayRef, keys: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    let keys: Int32Array = keys.collect();
    // INVARIANT: keys are positions in `words`: discriminants, or positions that `Words::check` has let through.
    Arc::new(DictionaryArray::try_new(keys, Arc::clone(words)).expect("keys are positions in the words"))
}

impl Waiting {
    fn push(&mut self, rows: Rows<'_>) {
        self.ids.extend_from_slice(rows.ids);
        self.assignments.extend_from_slice(rows.assignments);
        self.basis.extend_from_slice(rows.basis);
        self.needs.extend_from_slice(rows.needs);
        self.value.extend_from_slice(rows.value);
        self.holdout.extend_from_slice(rows.holdout);
        self.suppressed.extend_from_slice(rows.suppressed);
        self.nights.extend_from_slice(rows.nights);
    }

    fn rows(&self) -> Rows<'_> {
        Rows {
            ids: &self.ids,
            assignments: &self.assignments,
            basis: &self.basis,
            needs: &self.needs,
            value: &self.value,
            holdout: &self.holdout,
            suppressed: &self.suppressed,
            nights: &self.nights,
        }
    }
}

impl<'a> Rows<'a> {
    fn of(
        customers: &'a CustomerBlock,
        scored: &'a ScoredBlock,
        nights: &'a [CustomerNight],
    ) -> Result<Self, WriteError> {
        let rows = customers.len();
        let parts = [
            scored.assignments.len(),
            scored.basis.len(),
            scored.needs.len(),
            scored.holdout.len(),
            scored.suppressed.len(),
            customers.value_365d.len(),
            nights.len(),
        ];
        if let Some(wrong) = parts.into_iter().find(|part| *part != rows) {
            return Err(WriteError::Block { table: TableId::Customers.slug(), customers: rows, scored: wrong });
        }
        Ok(Self {
            ids: &customers.ids,
            assignments: &scored.assignments,
            basis: &scored.basis,
            needs: &scored.needs,
            value: &customers.value_365d,
            holdout: &scored.holdout,
            suppressed: &scored.suppressed,
            nights,
        })
    }

    fn span(&self, from: usize, take: usize) -> Self {
        let span = from..from + take;
        Self {
            ids: &self.ids[span.clone()],
            assignments: &self.assignments[span.clone()],
            basis: &self.basis[span.clone()],
            needs: &self.needs[span.clone()],
            value: &self.value[span.clone()],
            holdout: &self.holdout[span.clone()],
            suppressed: &self.suppressed[span.clone()],
            nights: &self.nights[span],
        }
    }

    /// The array of one column.
    fn column(&self, column: &Column, words: &Words) -> ArrayRef {
        let of = self.assignments.iter();
        let needs = self.needs.iter();
        match column.name() {
            "run_date" => Arc::new(Date32Array::from(vec![words.run_day; self.ids.len()])),
            "customer_id" => texts(self.ids),
            "segment_id" => category(&words.segments, of.map(|a| a.segment.map(i32::from))),
            "segment_probability" => floats(of.map(|a| a.probability)),
            "runner_up_id" => category(&words.segments, of.map(|a| a.runner_up.map(i32::from))),
            "runner_up_probability" => floats(of.map(|a| a.runner_up_probability)),
            "segment_raw_id" => category(&words.segments, of.map(|a| a.raw.map(i32::from))),
            "unassigned_reason" => category(&words.unassigned, of.map(|a| a.unassigned.map(|reason| reason as i32))),
            "reason_1" => category(&words.indicators, of.map(|a| words.reason(a.reasons[0]))),
            "reason_2" => category(&words.indicators, of.map(|a| words.reason(a.reasons[1]))),
            "reason_3" => category(&words.indicators, of.map(|a| words.reason(a.reasons[2]))),
            "reason_against" => category(&words.indicators, of.map(|a| words.reason(a.reason_against))),
            "basis" => category(&words.bases, self.basis.iter().map(|basis| Some(*basis as i32))),
            "need_tier" => category(&words.tiers, needs.map(|n| n.tier.map(|tier| tier.index() as i32))),
            "need_state" => category(&words.states, needs.map(|n| Some(n.state as i32))),
            "need_runner_up" => category(&words.tiers, needs.map(|n| n.runner_up.map(|tier| tier.index() as i32))),
            "value_365d" => Arc::new(self.value.iter().map(|v| v.filter(|v| v.is_finite())).collect::<Float64Array>()),
            "holdout" => Arc::new(BooleanArray::from(self.holdout.to_vec())),
            "suppressed_reason" => {
                category(&words.suppressed, self.suppressed.iter().map(|s| s.map(|reason| reason as i32)))
            }
            name => self.told(name, words).unwrap_or_else(|| {
                let of = name.strip_suffix("_fulfilment");
                let level = Level::ALL.iter().position(|level| Some(level.slug()) == of);
                match (of.and_then(NeedTier::parse), level) {
                    (Some(tier), _) => floats(needs.map(|n| n.fulfilment[tier.index()])),
                    (None, Some(level)) => floats(needs.map(|n| n.levels[level])),
                    (None, None) => new_null_array(&column.kind().arrow(), self.ids.len()),
                }
            }),
        }
    }

    /// The array of a column about the stay or the relationship; `None` for others.
    fn told(&self, name: &str, words: &Words) -> Option<ArrayRef> {
        let nights = || self.nights.iter();
        let stays = || nights().map(|night| &night.stay);
        // Whoever is not scored is not profiled: not even an unknown stage is said of them.
        let of = || {
            nights()
                .zip(self.suppressed)
                .map(|(night, suppressed)| Some(&night.relationship).filter(|_| suppressed.is_none()))
        };
        let whole = |values: &mut dyn Iterator<Item = Option<u32>>| -> ArrayRef {
            Arc::new(values.map(|n| n.and_then(|n| i32::try_from(n).ok())).collect::<Int32Array>())
        };
        Some(match name {
            "assigned_since" => Arc::new(stays().map(|stay| stay.since).collect::<Date32Array>()),
            "previous_segment_id" => category(&words.segments, stays().map(|stay| stay.previous.map(i32::from))),
            "pending_segment_id" => {
                category(&words.segments, stays().map(|stay| stay.pending.map(|(place, _)| i32::from(place))))
            }
            "nights_pending" => whole(&mut stays().map(|stay| stay.pending.map(|(_, nights)| nights))),
            "connection_stage" => category(&words.stages, of().map(|r| r?.connection.map(|stage| stage as i32))),
            "arc_stage" => whole(&mut of().map(|r| Some(u32::from(r?.arc.stage.number())))),
            "arc_evidence" => evidence(of().map(|r| r.map(|r| r.arc.evidence))),
            "arc_basis" => category(&words.arc_bases, of().map(|r| r?.arc.basis.map(|basis| basis as i32))),
            "arc_since" => Arc::new(of().map(|r| r.map(|r| r.arc.since)).collect::<Date32Array>()),
            "trouble" => Arc::new(of().map(|r| r.map(|r| r.trouble)).collect::<BooleanArray>()),
            "slide_risk" => floats(nights().map(|night| night.slide_risk)),
            "loyalty_type" => category(&words.loyalties, of().map(|r| r?.loyalty.map(|kind| kind as i32))),
            "reward_share" => floats(of().map(|r| r?.reward.share)),
            "experience_balance" => floats(nights().map(|night| night.balance)),
            "experience_debt" => whole(&mut nights().map(|night| night.debt)),
            "journey_consistency" => floats(of().map(|r| r?.consistency.journey)),
            "emotional_consistency" => floats(of().map(|r| r?.consistency.emotional)),
            "communication_consistency" => floats(of().map(|r| r?.consistency.communication)),
            "consistency" => floats(of().map(|r| r?.consistency.composite())),
            "relationship_level" => category(&words.levels, nights().map(|n| Some(n.relationship.level as i32))),
            "relationship_reason" => {
                category(&words.level_reasons, nights().map(|n| Some(n.relationship.level_reason as i32)))
            }
            "next_element" => category(&words.elements, of().map(|r| Some(r?.next?.element.index() as i32))),
            "next_gap" => floats(of().map(|r| Some(r?.next?.gap))),
            _ => return None,
        })
    }
}

/// Facts behind stages: few of the many sets there could be are met in a chunk.
fn evidence(sets: impl Iterator<Item = Option<ArcEvidence>>) -> ArrayRef {
    let mut seen: Vec<ArcEvidence> = Vec::new();
    let keys: Int32Array = sets
        .map(|set| {
            let set = set.filter(|set| *set != ArcEvidence::default())?;
            let place = seen.iter().position(|own| *own == set).unwrap_or_else(|| {
                seen.push(set);
                seen.len() - 1
            });
            i32::try_from(place).ok()
        })
        .collect();
    let words: Vec<String> = seen.into_iter().map(ArcEvidence::words).collect();
    // INVARIANT: keys are places in `seen`, of which the words are made.
    Arc::new(DictionaryArray::try_new(keys, texts(&words)).expect("keys are positions in the words"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_enums_are_their_discriminants() {
        assert!(BASES.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(STATES.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(UNASSIGNED.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(SUPPRESSED.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(ARC_BASES.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(ConnectionStage::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(LoyaltyType::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(RelationshipLevel::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(LevelReason::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
    }
}
