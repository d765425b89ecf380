//! What histories are asked for: which words mean what, what plays promise, which columns describe a customer.

use std::collections::BTreeMap;

use crate::model::rows::{Nature, ServiceKind};

/// Words of the `kind` column that mean more than an event.
#[derive(Clone, Debug, Default)]
pub struct KindWords {
    /// Kinds that are complaints.
    pub complaints: Vec<String>,
    /// Kinds in which a customer speaks for the company.
    pub advocacy: Vec<String>,
    /// Kinds that say how easily somebody was served.
    pub service: ServiceWords,
}

impl KindWords {
    pub(super) fn nature(&self, kind: &str) -> Nature {
        let among = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(kind));
        if among(&self.complaints) {
            Nature::Complaint
        } else if among(&self.advocacy) {
            Nature::Advocacy
        } else {
            Nature::Other
        }
    }

    pub(super) fn service(&self, kind: &str) -> Option<ServiceKind> {
        let ServiceWords { refused, self_service, transferred, searched_in_vain } = &self.service;
        let all = [
            (refused, ServiceKind::Refused),
            (self_service, ServiceKind::SelfService),
            (transferred, ServiceKind::Transferred),
            (searched_in_vain, ServiceKind::SearchedInVain),
        ];
        let meant = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(kind));
        all.into_iter().find(|(words, _)| meant(words)).map(|(_, kind)| kind)
    }
}

/// Words for events that say how easily somebody was served.
#[derive(Clone, Debug, Default)]
pub struct ServiceWords {
    /// A request was refused.
    pub refused: Vec<String>,
    /// The customer looked for help alone.
    pub self_service: Vec<String>,
    /// The customer was handed on.
    pub transferred: Vec<String>,
    /// The customer searched and found nothing.
    pub searched_in_vain: Vec<String>,
}

/// What is asked of histories beside what is in every one.
#[derive(Clone, Debug, Default)]
pub struct HistoryWish {
    /// What words of the `kind` column mean.
    pub kinds: KindWords,
    /// What a play promises, by its id: bits of elements.
    pub promises: BTreeMap<String, u32>,
    /// Text columns of `customers` that describe them, in the order wanted; what is not there stays unknown.
    pub descriptors: Vec<String>,
}
