//! One customer, and the profile of the hidden segment he or she comes from.

use chrono::NaiveDate;

use super::profiles::Content;
use crate::catalogue::N_ELEMENTS;

/// Spread of what a person got beyond the company's level and the segment's experience.
pub const OWN_GETS_SD: f64 = 0.8;

/// The hidden truth about the people of one segment.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Profile {
    /// Mean importance of each element, 0–10, in catalogue order.
    pub wants: [f64; N_ELEMENTS],
    /// Mean delivery of each element as experienced, 0–10, in catalogue order.
    pub gets: [f64; N_ELEMENTS],
}

/// One customer, as nobody but the generator sees him.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Number in the base, from 0.
    pub number: u32,
    /// Hidden segment, from 0.
    pub segment: usize,
    /// Use of the rating scale: shifts all answers of the person, sd 1 point.
    pub scale_use: f64,
    /// Overall experience with the company, standard normal: shines on every fulfillment answer (halo), on attitudes and
    /// complaints.
    pub experience: f64,
    /// Activity as a buyer, standard normal; unrelated to what is wanted.
    pub heaviness: f64,
    /// Content factors, standard normal.
    pub content: [f64; Content::COUNT],
    /// What the person wants of each element, before scale use and answering noise.
    pub wants: [f64; N_ELEMENTS],
    /// What the person got of each element, before scale use, halo and answering noise.
    pub gets: [f64; N_ELEMENTS],
    /// Day of signing up, at most [`super::SECOND_NIGHT`].
    pub signup: NaiveDate,
}

impl Person {
    /// The customer id in every file.
    #[must_use]
    pub fn id(&self) -> String {
        format!("C{:08}", self.number + 1)
    }
}
