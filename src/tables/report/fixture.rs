//! An invented night for tests: seven groups whose figures follow from their place, one of them too small to show.

use serde_json::json;

use super::segment_fixture::{self, estimate};
use super::{Alert, ReportHistory, ReportInput, ReportLanguage, ReportView, TableHealth};
use crate::catalogue::{Catalogue, ElementId, NeedTier};
use crate::model::effect::EffectFinding;
use crate::model::fit::Structure;
use crate::model::plan::{AgentRight, LineScope, PassedOver, Plan, PlanLine, PlanSet, ServicePart, TrialDesign};
use crate::model::segment::{
    Contrast, Delivered, ElementProfile, NeedProfile, Reach, SegmentNight, SegmentNights, SegmentProfile,
};
use crate::tables::manifest::InputFile;
use crate::tables::schema::CandidateRow;

/// Name and customers of the groups.
const GROUPS: [(&str, u64); 7] = [
    ("Time and ease", 41_205),
    ("Safe choices and order", 38_770),
    ("Fair prices", 33_018),
    ("Design and status", 27_411),
    ("Contact and belonging", 21_950),
    ("Learning and meaning", 18_364),
    ("Rare finds", 11),
];

/// Everything a report needs, owned.
pub(super) struct Night {
    pub(super) language: ReportLanguage,
    pub(super) catalogue: Catalogue,
    pub(super) segments: SegmentNights,
    pub(super) plans: PlanSet,
    pub(super) history: ReportHistory,
    pub(super) effects: Vec<EffectFinding>,
    pub(super) health: Vec<TableHealth>,
    pub(super) alerts: Vec<Alert>,
    pub(super) notes: Vec<String>,
    pub(super) candidates: Vec<CandidateRow>,
    pub(super) inputs: Vec<InputFile>,
    pub(super) details: Vec<(String, String)>,
}

impl Night {
    /// A file of the night, by its name.
    pub(super) fn file(&self, name: &str) -> String {
        let files = self.files();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let found = files.iter().find(|file| file.0 == name);
        found.unwrap_or_else(|| panic!("{name} is not among {names:?}")).1.clone()
    }

    /// All files made of the view, as it is stored.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let view = ReportView::from_json(&ReportView::of(&self.input()).to_json()).expect("a view");
        view.files().expect("pages").into_iter().map(|file| (file.name, file.text)).collect()
    }

    pub(super) fn input(&self) -> ReportInput<'_> {
        ReportInput {
            language: self.language,
            project: "acme-loyalty",
            run_date: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day"),
            currency: "EUR",
            catalogue: &self.catalogue,
            night: &self.segments,
            plans: &self.plans,
            history: &self.history,
            effects: &self.effects,
            lists: true,
            health: &self.health,
            alerts: &self.alerts,
            notes: &self.notes,
            candidates: &self.candidates,
            inputs: &self.inputs,
            details: &self.details,
        }
    }
}

/// The invented night.
pub(super) fn night() -> Night {
    let scored: u64 = GROUPS.iter().map(|(_, size)| size).sum::<u64>() + 3_120;
    let stability = [Some(0.91), Some(0.88), Some(0.83), Some(0.79), Some(0.72), Some(0.77), None];
    let groups: Vec<SegmentNight> = stability
        .into_iter()
        .enumerate()
        .map(|(place, jaccard)| SegmentNight { jaccard, ..segment(place, scored) })
        .collect();
    let plans = plans(&groups);
    let mut segments = segment_fixture::night(groups);
    segments.everyone = segment(2, scored);
    segments.everyone.id = "ALL".to_owned();
    segments.everyone.name = "Everybody".to_owned();
    (segments.everyone.profile.size, segments.everyone.profile.members) = (scored, scored);
    segments.everyone.profile.respondents = 18_902;
    segments.unassigned = segment(6, scored);
    segments.unassigned.id = "NONE".to_owned();
    segments.unassigned.name = "Unassigned".to_owned();
    (segments.unassigned.profile.size, segments.unassigned.profile.members) = (3_120, 3_120);
    segments.unassigned.profile.share = Some(estimate(3_120.0 / scored as f64, 0.0006));
    segments.structure = Some(Structure::Reproducible);
    segments.left_out = vec![("no_profiling_consent".to_owned(), 9_214), ("minor".to_owned(), 102)];
    segments.limits = vec![
        "Three elements (heirloom, nostalgia, self-transcendence) were not asked, so nothing is said about them."
            .to_owned(),
        "No order table was given for the shops, so value counts online orders alone.".to_owned(),
    ];
    Night {
        language: ReportLanguage::En,
        catalogue: Catalogue::embedded(),
        segments,
        plans,
        health: ["customers", "ratings", "orders", "interactions"]
            .iter()
            .zip([(212_400, 0), (402_118, 931), (3_104_552, 12), (880_410, 0)])
            .map(|(name, (read, rejected))| TableHealth {
                name: (*name).to_owned(),
                read,
                accepted: read - rejected,
                rejected,
            })
            .collect(),
        history: ReportHistory::default(),
        effects: Vec::new(),
        alerts: Vec::new(),
        notes: vec!["31 survey answers were given twice; the later one counts.".to_owned()],
        candidates: candidates(),
        inputs: vec![InputFile {
            bytes: 48_210_331,
            path: "in/survey/2026-11.csv".to_owned(),
            rows: Some(402_118),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            source: "survey".to_owned(),
        }],
        details: [("Model", "m-2026-11-01-7c1e"), ("Method", "mixture with 4 common factors, 7 groups"), ("Seed", "1")]
            .map(|(label, value)| (label.to_owned(), value.to_owned()))
            .to_vec(),
    }
}

fn segment(place: usize, scored: u64) -> SegmentNight {
    let (name, size) = GROUPS[place];
    SegmentNight {
        name: name.to_owned(),
        description: format!("{name} count for more here than elsewhere, and the difference is beyond chance."),
        profile: profile(place, size, scored),
        ..segment_fixture::segment(&format!("S{:02}", place + 1))
    }
}

fn profile(place: usize, size: u64, scored: u64) -> SegmentProfile {
    let share = size as f64 / scored as f64;
    let wave = |step: f64| (place as f64 * step).sin();
    SegmentProfile {
        size,
        members: size,
        share: Some(estimate(share, 0.0018)),
        respondents: size / 10,
        value_known: size,
        value_total: Some(1_240_000.0 - 140_000.0 * place as f64),
        value_share: Some(0.24 - 0.03 * place as f64),
        value_mean: Some(estimate(61.2 + 9.0 * wave(1.3), 3.1)),
        value_equal_sharers: Some(size as f64 / 2.0),
        mean_probability: Some(0.83 + 0.05 * wave(0.7)),
        nps: Some(estimate(32.0 * wave(1.9) + 8.0, 6.5)),
        nps_answers: size / 34,
        satisfaction: Some(estimate(7.6 + 0.5 * wave(2.1), 0.12)),
        good_brand: (place != 4).then(|| estimate(0.58 + 0.1 * wave(1.1), 0.03)),
        elements: ElementId::all().map(|id| element(place, id, size)).collect(),
        needs: NeedTier::ALL.into_iter().map(|tier| need(place, tier)).collect(),
        reach: Reach {
            any: size * 6 / 10,
            email: size * 5 / 10,
            sms: size / 5,
            push: size / 7,
            phone: size / 12,
            post: size / 3,
            held_out: size / 10,
        },
        detectable_effect: Some(0.08 + 0.03 * place as f64),
        suppressed: size < 20,
    }
}

fn element(place: usize, id: ElementId, size: u64) -> ElementProfile {
    let i = id.index();
    let asked = !["heirloom", "nostalgia", "self_transcendence"].contains(&id.slug());
    let d = 0.75 * ((i as f64 + 1.0) * (place as f64 + 1.7) * 0.61).sin() + 0.25 * (i as f64 * 0.9).cos();
    let contrast = |d: f64, p: Option<f64>| Contrast { d: estimate(d, 0.07), p_adjusted: p };
    let gap = 0.5 * ((i * 3 + place * 5) as f64 * 0.37).sin();
    let high = 0.5 + 0.3 * ((i + place) as f64 * 0.8).cos();
    ElementProfile {
        element: id,
        importance: asked.then(|| estimate(6.0 + 1.6 * d, 0.09)),
        fulfillment: asked.then(|| estimate(6.8 - gap, 0.1)),
        gap: asked.then(|| estimate(gap, 0.08)),
        high_share: asked.then(|| estimate(high, 0.03)),
        delivered: match high {
            _ if !asked => Delivered::Unknown,
            share if share > 0.53 => Delivered::Yes,
            share if share < 0.47 => Delivered::No,
            _ => Delivered::Uncertain,
        },
        importance_difference: asked.then(|| contrast(d, None)),
        fulfillment_difference: asked.then(|| contrast(-0.6 * d, Some(0.01))),
        importance_answers: if asked { size / 13 } else { 0 },
        fulfillment_answers: if asked { size / 14 } else { 0 },
        suppressed: false,
    }
}

fn need(place: usize, tier: NeedTier) -> NeedProfile {
    let weight = |i: usize| 1.2 + ((i * 2 + place * 3) as f64).sin();
    let total: f64 = (0..5).map(weight).sum();
    NeedProfile {
        tier,
        share: Some(estimate(weight(tier.index()) / total, 0.01)),
        agreement: None,
        fulfillment: Some(estimate(7.9 - 0.5 * tier.index() as f64, 0.1)),
        importance: Some(estimate(0.2, 0.01)),
    }
}

fn service() -> ServicePart {
    ServicePart {
        lately: Some("In the last 90 days the median of these customers ordered twice.".to_owned()),
        typical: None,
        agent: vec![AgentRight {
            situation: "open_matter".to_owned(),
            decides: "Take the matter over as its owner.".to_owned(),
            asks_first: "What have you already told us?".to_owned(),
        }],
    }
}

fn plans(segments: &[SegmentNight]) -> PlanSet {
    let catalogue = Catalogue::embedded();
    let plan = |segment: &SegmentNight, place: usize| Plan {
        segment_id: segment.id.clone(),
        segment_name: segment.name.clone(),
        lines: (0..4)
            .filter(|_| !segment.profile.suppressed)
            .map(|i| line(&catalogue, segment, place * 5 + i * 7, i))
            .collect(),
        service: Some(service()),
        retired: Vec::new(),
        company_lines: vec![1],
        passed_over: vec![PassedOver { subject: "informs".to_owned(), why: "Others come first.".to_owned() }],
        not_assessed: vec![("hold_heirloom".to_owned(), "heirloom was not asked".to_owned())],
    };
    let touched = &segments[0];
    let company = PlanLine {
        scope: LineScope::Company,
        kind: "fix".to_owned(),
        subject: "simplifies".to_owned(),
        reach: None,
        held_out: None,
        detectable_effect: None,
        trial: TrialDesign::BeforeAfter,
        people_needed: None,
        ..line(&catalogue, touched, 1, 0)
    };
    let mut neutral = segments[6].clone();
    neutral.profile.reach = Reach { any: 1_890, held_out: 310, ..Reach::default() };
    let night = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
    let set = PlanSet {
        company: Plan {
            segment_id: "ALL".to_owned(),
            segment_name: "The company".to_owned(),
            lines: vec![company],
            service: None,
            retired: Vec::new(),
            company_lines: Vec::new(),
            passed_over: Vec::new(),
            not_assessed: Vec::new(),
        },
        contradictions: Vec::new(),
        plans: segments.iter().enumerate().map(|(place, segment)| plan(segment, place)).collect(),
        neutral: Plan {
            segment_id: "NONE".to_owned(),
            segment_name: "Everybody without a group".to_owned(),
            lines: vec![PlanLine {
                kind: "neutral".to_owned(),
                subject: "everyone".to_owned(),
                baseline: None,
                target: None,
                target_reason: String::new(),
                detectable_effect: None,
                trial: TrialDesign::CannotBeTold,
                people_needed: Some(3_544),
                ..line(&catalogue, &neutral, 1, 0)
            }],
            service: None,
            retired: Vec::new(),
            company_lines: Vec::new(),
            passed_over: Vec::new(),
            not_assessed: Vec::new(),
        },
        catalogue_version: catalogue.version().to_owned(),
    };
    set.dated(night, &catalogue)
}

fn line(catalogue: &Catalogue, segment: &SegmentNight, play: usize, place: usize) -> PlanLine {
    let play = &catalogue.plays()[play % catalogue.plays().len()];
    let effect = 0.11 + 0.09 * place as f64;
    PlanLine {
        rank: place as u32 + 1,
        scope: LineScope::Campaign,
        segments: vec![segment.id.clone()],
        people: segment.profile.size,
        play_id: play.id().to_owned(),
        kind: play.kind().slug().to_owned(),
        subject: play.subject().slug(),
        item: None,
        action: play.action().to_owned(),
        first_step: play.first_step().to_owned(),
        opening: play.opening().to_owned(),
        effort: play.effort().slug().to_owned(),
        channel: play.channels()[0].slug().to_owned(),
        message_angle: play.message_angle().to_owned(),
        proof_needed: play.proof_needed().to_owned(),
        avoid: play.avoid().to_owned(),
        owner: play.owner().to_owned(),
        window_days: play.window_days(),
        metric: play.metric().to_owned(),
        baseline: Some(0.214),
        target: Some(0.214 * (1.0 + effect)),
        target_reason: "what “Fair prices” has".to_owned(),
        evidence: json!({ "size": segment.profile.size, "d": 0.82 }),
        because: "“Saves time” matters more to these 41,205 customers than to the rest (d 0.82, 0.75 to 0.89; 3,101 \
                  answers)."
            .to_owned(),
        reach: Some(segment.profile.reach.any),
        held_out: Some(segment.profile.reach.held_out),
        expected_gain: None,
        learned: None,
        control_share: None,
        detectable_effect: Some(effect),
        trial: if effect <= 0.3 { TrialDesign::OwnControl } else { TrialDesign::CannotBeTold },
        known_on: None,
        people_needed: Some(3_544),
    }
}

fn candidates() -> Vec<CandidateRow> {
    let mut rows = Vec::new();
    for (method, q) in [("kmeans-centered", 0), ("mixture", 4)] {
        for k in 5..9u32 {
            let stability = 0.94 - 0.05 * f64::from(k.abs_diff(7)) - if q == 0 { 0.2 } else { 0.0 };
            rows.push(CandidateRow {
                method: method.to_owned(),
                k,
                q,
                rows_fitted: Some(9_000),
                ari: Some(stability),
                min_jaccard: Some(stability - 0.2),
                pairs: 8,
                shadow: Some(0.82),
                calinski_harabasz: Some(170.0),
                bic: (q > 0).then(|| 412_233.0 - 900.0 * f64::from(k)),
                only_level: Some(0.0),
                most_of_one: Some(0.3),
                outcome_r2: Some(0.21 + 0.01 * f64::from(k)),
                smallest_share: Some(0.4 / f64::from(k)),
                smallest_respondents: Some(u64::from(9_000 / k)),
                chosen: q == 4 && k == 7,
                knocked_out: (k == 8).then(|| "smallest segment below min_respondents".to_owned()),
            });
        }
    }
    rows
}
