//! The choice, held against tables on which there is nothing to find until it stands.
//!
//! ```text
//! choice → the last segment, on tables drawn without it          fails: so many and more are out, choose anew
//!        → the segments, on shuffled tables and on a continuum   fails: it is out, choose anew
//!        → one segment more, on tables drawn without it          says whether the number is sure
//! ```

use super::super::error::ModelError;
use super::super::null::NullComparison;
use super::effort::Pairs;
use super::held::{self, HeldRating};
use super::judge::{Entry, Judge, best_by};
use super::rule::Choice;
use super::trial::Trial;
use super::way::Way;
use super::{null, step};

/// Choices that may fail against shuffled tables and a continuum before one segment is the answer. Our judgment: what
/// differs in the way of cutting alone gains alike.
const FAILURES: usize = 3;

/// What the search came to.
pub(super) struct Standing {
    pub(super) choice: Choice,
    /// `None` with one segment, or where nothing was compared.
    pub(super) null: Option<NullComparison>,
    /// Segments × ratings: what sets them apart in people they were not found on; empty = not measured.
    pub(super) held: Vec<Vec<Option<HeldRating>>>,
}

/// Chooses among the entries, and again until what is chosen stands.
///
/// METHOD: the cut in use is judged, not another one: what passes the rule only because some mixture beats one group, or
/// only by cutting ratings of few steps along their steps, is ruled out in words. Where the settings leave no other number
/// nothing is ruled out, and the label says it.
pub(super) fn standing(judge: &Judge<'_>, entries: &mut [Entry], pairs: Pairs) -> Result<Standing, ModelError> {
    let mut trial = Trial::begin(judge, entries, pairs)?;
    let mut choice = trial.choice(entries)?;
    let counts = judge.settings.counts();
    let mut failures = 0;
    loop {
        let k = entries[choice.at].cut.segments();
        if k == 1 {
            return Ok(Standing { choice, null: None, held: Vec::new() });
        }
        let model = modeled(entries, choice.at);
        let last = match model.filter(|_| k > 2) {
            Some(way) => step::onward(judge, entries, way, k - 1)?,
            None => None,
        };
        if last.as_ref().is_some_and(|last| !last.is_gain()) && fewer_are_open(&counts, k) {
            let reason = format!("{} segments describe the answers as well", k - 1);
            entries.iter_mut().filter(|e| e.cut.segments() >= k).for_each(|e| e.rule_out(&reason));
            choice = trial.choice(entries)?;
            continue;
        }
        let null = null::compare(judge, entries, choice.at, model)?;
        if null.is_gain() == Some(false) && fewer_are_open(&counts, 2) {
            failures += 1;
            let reason = failure(&null);
            if failures < FAILURES {
                entries[choice.at].rule_out(&reason);
            } else {
                entries.iter_mut().filter(|e| e.cut.segments() > 1).for_each(|e| e.rule_out(&reason));
            }
            choice = trial.choice(entries)?;
            continue;
        }
        let further = model.map(|way| step::onward(judge, entries, way, k)).transpose()?.flatten();
        let smallest_criterion = step::smallest_number(entries, k);
        let held = held::contrasts(judge, &entries[choice.at], &trial);
        let null = NullComparison { last, further, smallest_criterion, ..null };
        return Ok(Standing { choice, null: Some(null), held });
    }
}

/// Whether the settings leave a number of segments below `k` open.
fn fewer_are_open(counts: &[usize], k: usize) -> bool {
    counts.iter().any(|count| *count < k)
}

/// The mixture an entry is, or the one a cut without a criterion is held against: of as many segments, with the number of
/// factors that Akaike's criterion asks for; `None` where none was tried.
fn modeled(entries: &[Entry], at: usize) -> Option<Way> {
    let cut = &entries[at].cut;
    if cut.bic.is_some() {
        return Some(cut.way);
    }
    best_by(entries, |e| e.cut.aic.filter(|_| e.cut.segments() == cut.segments())).map(|at| entries[at].cut.way)
}

/// Why segments do not stand, in words.
fn failure(null: &NullComparison) -> String {
    let gain = null.gain.unwrap_or(0.0);
    let most = |of: &[f64]| of.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (shuffled, continuum) = (most(&null.shuffled_gain), most(&null.continuum_gain));
    if gain <= 0.0 {
        format!("it describes the answers no better than one group (criterion {:.0} worse)", -gain)
    } else if shuffled >= continuum {
        format!("it gains {gain:.0} over one group, and up to {shuffled:.0} where answers were shuffled")
    } else {
        format!("it gains {gain:.0} over one group, and up to {continuum:.0} in a continuum without groups")
    }
}
