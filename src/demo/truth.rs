//! The planted truth as a file, for those who check what the job found.

use serde::Serialize;

use super::attitudes::{NEED_MORE_THAN_20_PERCENT, OUTCOME_ANSWER_SD, RARELY_SHOP_AROUND, RIVALS, RIVALS_ASKED};
use super::bond::{BOUGHT_SHARES, FAILED_SHARE, ORDER_RATES, REPEAT_ORDERS};
use super::drivers::DriverWeights;
use super::orders::STAGE_VALUES;
use super::person::{OWN_GETS_SD, Profile};
use super::profiles::{SEGMENT_NAMES, SPREAD, TRUTH};
use super::promises::Promises;
use super::rhythm::{BOUGHT_IN_REWARD_WEEKS, REWARD_WEEKS};
use super::survey::{FULFILLMENT_CONTENT_LOADING, FULFILLMENT_NOISE_SD, HALO, IMPORTANCE_NOISE_SD};
use super::traces::{GET_EFFECT, OWN_INCLINATION_SD, TRACES, WANT_EFFECT};
use super::world::{CONTENT_LOADING, OWN_WANTS_SD, World};
use crate::model::rows::ConnectionStage;

#[derive(Serialize)]
struct Truth<'a> {
    seed: u64,
    elements: Vec<&'static str>,
    segments: Vec<Segment<'a>>,
    answers: Answers,
    behavior: Behavior,
    drivers: &'a DriverWeights,
    relationship: Relationship,
    promises: &'a Promises,
}

#[derive(Serialize)]
struct Segment<'a> {
    #[serde(rename = "segment")]
    number: usize,
    name: &'static str,
    share: f64,
    #[serde(flatten)]
    profile: &'a Profile,
}

/// Parameters of the answering model; factors are standard normal.
#[derive(Serialize)]
struct Answers {
    spread: f64,
    scale_use: f64,
    halo: f64,
    content_factor: Vec<usize>,
    importance_content_loading: f64,
    fulfillment_content_loading: f64,
    importance_noise_sd: f64,
    fulfillment_noise_sd: f64,
}

/// What follows from the hidden stages; arrays by connection stage stand from the lowest up.
#[derive(Serialize)]
struct Relationship {
    connection_stages: [&'static str; 4],
    stage_values: [f64; 4],
    order_rates: [f64; 4],
    rarely_shop_around: [f64; 4],
    need_more_than_20_percent: [f64; 4],
    outcome_answer_sd: f64,
    rivals: [(&'static str, f64); 2],
    rivals_asked: f64,
    reward_weeks: [i64; 10],
    bought_shares: (f64, f64),
    bought_in_reward_weeks: f64,
    repeat_orders: f64,
    failed_share_of_stage_5: f64,
}

impl Relationship {
    fn planted() -> Self {
        Self {
            connection_stages: ConnectionStage::ALL.map(ConnectionStage::slug),
            stage_values: STAGE_VALUES,
            order_rates: ORDER_RATES,
            rarely_shop_around: RARELY_SHOP_AROUND,
            need_more_than_20_percent: NEED_MORE_THAN_20_PERCENT,
            outcome_answer_sd: OUTCOME_ANSWER_SD,
            rivals: RIVALS,
            rivals_asked: RIVALS_ASKED,
            reward_weeks: REWARD_WEEKS,
            bought_shares: BOUGHT_SHARES,
            bought_in_reward_weeks: BOUGHT_IN_REWARD_WEEKS,
            repeat_orders: REPEAT_ORDERS,
            failed_share_of_stage_5: FAILED_SHARE,
        }
    }
}

#[derive(Serialize)]
struct Behavior {
    signals: &'static [&'static str],
    want_effect: f64,
    get_effect: f64,
    own_inclination_sd: f64,
}

/// `truth/truth.json`.
pub(super) fn json(world: &World, promises: &Promises) -> String {
    let planted = world.settings().segments_planted;
    let segments = (world.profiles().iter().zip(world.shares()).enumerate())
        .map(|(number, (profile, &share))| Segment {
            number,
            name: if planted { SEGMENT_NAMES[number] } else { "everybody" },
            share,
            profile,
        })
        .collect();
    let truth = Truth {
        seed: world.settings().seed,
        elements: TRUTH.iter().map(|t| t.slug).collect(),
        segments,
        answers: Answers {
            spread: SPREAD,
            scale_use: 1.0,
            halo: HALO,
            content_factor: TRUTH.iter().map(|t| t.content as usize).collect(),
            importance_content_loading: CONTENT_LOADING,
            fulfillment_content_loading: FULFILLMENT_CONTENT_LOADING,
            importance_noise_sd: OWN_WANTS_SD.hypot(IMPORTANCE_NOISE_SD),
            fulfillment_noise_sd: OWN_GETS_SD.hypot(FULFILLMENT_NOISE_SD),
        },
        behavior: Behavior {
            signals: &TRACES,
            want_effect: WANT_EFFECT,
            get_effect: GET_EFFECT,
            own_inclination_sd: OWN_INCLINATION_SD,
        },
        drivers: world.driver_weights(),
        relationship: Relationship::planted(),
        promises,
    };
    let mut text = serde_json::to_string_pretty(&truth).expect("numbers and words are JSON");
    text.push('\n');
    text
}
