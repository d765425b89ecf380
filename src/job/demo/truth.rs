//! The planted truth as a file, for those who check what the job found.

use serde::Serialize;

use super::profiles::{SEGMENT_NAMES, SPREAD, TRUTH};
use super::survey::{FULFILMENT_CONTENT_LOADING, FULFILMENT_NOISE_SD, HALO, IMPORTANCE_NOISE_SD};
use super::traces::{GET_EFFECT, OWN_INCLINATION_SD, TRACES, WANT_EFFECT};
use super::world::{CONTENT_LOADING, OWN_GETS_SD, OWN_WANTS_SD, Profile, World};

#[derive(Serialize)]
struct Truth<'a> {
    seed: u64,
    elements: Vec<&'static str>,
    segments: Vec<Segment<'a>>,
    answers: Answers,
    behaviour: Behaviour,
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
    fulfilment_content_loading: f64,
    importance_noise_sd: f64,
    fulfilment_noise_sd: f64,
}

#[derive(Serialize)]
struct Behaviour {
    signals: &'static [&'static str],
    want_effect: f64,
    get_effect: f64,
    own_inclination_sd: f64,
}

/// `truth/truth.json`.
pub(super) fn json(world: &World) -> String {
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
            fulfilment_content_loading: FULFILMENT_CONTENT_LOADING,
            importance_noise_sd: OWN_WANTS_SD.hypot(IMPORTANCE_NOISE_SD),
            fulfilment_noise_sd: OWN_GETS_SD.hypot(FULFILMENT_NOISE_SD),
        },
        behaviour: Behaviour {
            signals: &TRACES,
            want_effect: WANT_EFFECT,
            get_effect: GET_EFFECT,
            own_inclination_sd: OWN_INCLINATION_SD,
        },
    };
    let mut text = serde_json::to_string_pretty(&truth).expect("numbers and words are JSON");
    text.push('\n');
    text
}
