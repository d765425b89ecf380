//! Invented customers for tests: every value follows from the row number.

use std::path::Path;

use ndarray::Array2;

use super::{HeldCustomers, TableMeta, WriteError, WrittenFile};
use crate::catalogue::{Catalogue, MatterKind, NeedTier};
use crate::model::plan::{NextPlays, Plan, PlanSet, Prospect};
use crate::model::rows::{
    ArcEvidence, ArcFact, ArcReading, ArcStage, Assignment, Basis, ConnectionStage, Consistency, CustomerBlock,
    CustomerFlags, CustomerNeeds, CustomerNight, EvidenceBasis, LevelReason, LoyaltyType, N_RATINGS, NeedState,
    NextNeeds, OpenCounts, Relationship, RelationshipLevel, RewardDependence, RfmGroup, ScoredBlock, Stay,
    SuppressedReason, UnassignedReason,
};

pub(in crate::tables) fn meta() -> TableMeta {
    TableMeta {
        run_date: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day"),
        model_id: "m-2026-11-01-00ff".to_owned(),
    }
}

pub(in crate::tables) fn segments() -> Vec<String> {
    ["S01", "S02", "S03"].map(str::to_owned).to_vec()
}

/// 60 ratings and one signal.
pub(in crate::tables) fn indicators() -> Vec<String> {
    let mut names = Vec::new();
    for aspect in ["importance", "fulfillment"] {
        names.extend(crate::catalogue::ElementId::all().map(|element| format!("{aspect}_{element}")));
    }
    names.push("orders_90d".to_owned());
    names
}

/// Rows `from..to`. Row 7 of every ten has no evidence; row 8 is suppressed; score `j` of row `i` exists unless
/// `(i + j) % 5 == 0` and is `((i · 7 + j · 13) % 1001) / 100`.
pub(in crate::tables) fn blocks(from: usize, to: usize) -> (CustomerBlock, ScoredBlock) {
    let rows: Vec<usize> = (from..to).collect();
    let n = rows.len();
    let score = |i: usize, j: usize| ((i * 7 + j * 13) % 1001) as f32 / 100.0;
    let exists = |i: usize, j: usize| i % 10 < 7 && !(i + j).is_multiple_of(5);
    let mask = |i: usize| (0..N_RATINGS).filter(|j| exists(i, *j)).fold(0u64, |mask, j| mask | 1 << j);
    let customers = CustomerBlock {
        ratings: Array2::zeros((n, N_RATINGS)),
        rated: vec![0; n],
        signals: Array2::zeros((n, 1)),
        flags: rows.iter().map(|i| flags(*i)).collect(),
        value_365d: rows.iter().map(|i| (i % 3 != 0).then_some(*i as f64 - 100.5)).collect(),
        ..CustomerBlock::unasked(rows.iter().map(|i| format!("c_{i:07}")).collect())
    };
    let scored = ScoredBlock {
        prior: false,
        assignments: rows.iter().map(|i| assignment(*i)).collect(),
        posteriors: Array2::zeros((n, 0)),
        basis: rows.iter().map(|i| if i % 10 < 7 { Basis::Mixed } else { Basis::None }).collect(),
        scores: Array2::from_shape_fn((n, N_RATINGS), |(i, j)| score(rows[i], j)),
        standard_errors: Array2::from_shape_fn((n, N_RATINGS), |(i, j)| score(rows[i], j + 1) / 10.0),
        scored: rows.iter().map(|i| mask(*i)).collect(),
        needs: rows.iter().map(|i| needs(*i)).collect(),
        suppressed: rows.iter().map(|i| (i % 10 == 8).then_some(SuppressedReason::Objection)).collect(),
        holdout: rows.iter().map(|i| i % 11 == 0).collect(),
        silent: vec![false; n],
    };
    (customers, scored)
}

fn assignment(i: usize) -> Assignment {
    let known = i % 10 < 7;
    Assignment {
        segment: known.then_some((i % 3) as u8),
        probability: known.then_some(0.5 + (i % 50) as f32 / 100.0),
        runner_up: known.then_some(((i + 1) % 3) as u8),
        runner_up_probability: known.then_some((i % 50) as f32 / 200.0),
        raw: known.then_some((i % 3) as u8),
        unassigned: (i % 10 == 7).then_some(UnassignedReason::NoEvidence),
        reasons: [known.then_some((i % 61) as u16), known.then_some(60), None],
        reason_against: known.then_some(19),
    }
}

fn needs(i: usize) -> CustomerNeeds {
    let known = i % 10 < 7;
    CustomerNeeds {
        tier: known.then_some(NeedTier::ALL[i % 5]),
        state: if known { NeedState::Deficit } else { NeedState::Undetermined },
        candidates: if known { [None; 2] } else { [Some(NeedTier::Safety), Some(NeedTier::Esteem)] },
        told: true,
        probabilities: known.then(|| std::array::from_fn(|t| if t == i % 5 { 0.75 } else { 0.0625 })),
        fulfillment: [known.then_some(i as f32 % 10.0), Some(0.0), None, Some(f32::NAN), Some(10.0)],
        levels: [known.then_some(i as f32 % 10.0), None, Some(f32::NAN), Some(10.0)],
        ..CustomerNeeds::UNDETERMINED
    }
}

/// Of every third row the household is known; of these every second is silent.
fn flags(i: usize) -> CustomerFlags {
    let household = i.is_multiple_of(3).then_some(i as u64 / 6);
    CustomerFlags { household, household_silent: i % 6 == 3, ..CustomerFlags::default() }
}

/// What the nights say of rows `from..to`: row 8 of every ten is suppressed; of the others the connection is known of every
/// second, and every ninth waits to enter another segment.
pub(in crate::tables) fn nights(from: usize, to: usize) -> Vec<CustomerNight> {
    (from..to).map(night).collect()
}

/// What plans ask of rows `from..to`: every fourth is held out, every fifth has something open, row 8 of every ten is
/// suppressed.
pub(in crate::tables) fn prospects(from: usize, to: usize) -> Vec<Prospect> {
    let one = |i: usize| Prospect {
        segment: (i % 10 < 7).then_some((i % 3) as u8),
        suppressed: i % 10 == 8,
        held_out: i.is_multiple_of(4),
        open: i.is_multiple_of(5).then_some(MatterKind::Promise),
        channels: 1,
        ..Prospect::default()
    };
    (from..to).map(one).collect()
}

/// The table with what everybody is next for by [`next_plays`].
pub(in crate::tables) fn complete(held: HeldCustomers, folder: &Path) -> WrittenFile {
    let plays = next_plays();
    let done = held.complete::<WriteError>(folder, plays.plays(), |customer| Ok(plays.next(&customer.prospect)));
    done.unwrap()
}

/// Plans of a night on which nothing stands out: what suits everybody, by e-mail among others.
pub(in crate::tables) fn next_plays() -> NextPlays {
    let (catalogue, none) = (Catalogue::embedded(), |id: &str| Plan {
        segment_id: id.to_owned(),
        segment_name: id.to_owned(),
        lines: Vec::new(),
        service: None,
        retired: Vec::new(),
        company_lines: Vec::new(),
        passed_over: Vec::new(),
        not_assessed: Vec::new(),
    });
    let set = PlanSet {
        company: none("ALL"),
        plans: ["S01", "S02", "S03"].map(none).into(),
        neutral: none("NONE"),
        contradictions: Vec::new(),
        catalogue_version: catalogue.version().to_owned(),
    };
    NextPlays::of(&set, &catalogue)
}

fn night(i: usize) -> CustomerNight {
    let known = i % 10 != 8;
    let mut evidence = ArcEvidence::default();
    if known && !i.is_multiple_of(3) {
        evidence.add(ArcFact::Dealings);
        evidence.add(ArcFact::GaveOpinion);
    }
    CustomerNight {
        stay: Stay {
            since: (i % 10 < 7).then_some(20_000 + i as i32 % 7),
            previous: i.is_multiple_of(4).then_some((i % 3) as u16),
            pending: i.is_multiple_of(9).then_some((1, 2)),
            moved: None,
        },
        relationship: Relationship {
            connection: (known && i.is_multiple_of(2)).then_some(ConnectionStage::ALL[i % 4]),
            contradictory: false,
            arc: ArcReading {
                stage: ArcStage::ALL[i % 6],
                raw: ArcStage::ALL[i % 6],
                evidence,
                basis: Some(EvidenceBasis::Both),
                since: 19_999,
                before: None,
            },
            loyalty: Some(LoyaltyType::ALL[i % 5]),
            reward: RewardDependence { share: Some(f32::NAN), week_ratio: None },
            balance: None,
            consistency: Consistency { journey: Some(0.9), emotional: None, communication: Some(0.25) },
            level: if known { RelationshipLevel::Guest } else { RelationshipLevel::LeaveAlone },
            level_reason: if known { LevelReason::Evidence } else { LevelReason::NotScored },
            next: NextNeeds::default(),
            trouble: i.is_multiple_of(5),
            open: OpenCounts::default(),
        },
        balance: known.then_some(-1.5),
        debt: known.then_some(2),
        slide_risk: None,
        rfm: known.then_some(RfmGroup::ALL[i % 10]),
    }
}
