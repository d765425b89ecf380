//! How far a word reaches and what it weighs where mentions are judged: `[weighing]` of a lexicon.

use serde::Deserialize;
use toml::Spanned;

use super::LexiconProblem;

/// Gaps are counted in words between; worths are 1 for "good", 2 for "superb", negative where they blame.
///
/// Source: weights after VADER (Hutto and Gilbert, ICWSM 2014) where that is said; the rest is our judgment, kept because
/// it did well on the sentences of `tests/fixtures/listening`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighing {
    /// Most words between a judgment and the topic it judges, in its clause or, where its clause holds nothing to judge,
    /// outside; 0–20.
    pub binding_gap: usize,
    /// The same for what is mentioned only where it is judged.
    pub judged_gap: usize,
    /// Most words between a verdict and the product it stands before ("a great little camera"); 0–20.
    pub thing_gap: usize,
    /// Most words between two topics that share a judgment ("sound and the picture are good"), 0–20.
    pub sharing_gap: usize,
    /// Words before a judgment among which a word of strength may stand, 0–20.
    pub strength_gap: usize,
    /// Words before a judgment among which a link ("is") may stand, 0–20.
    pub link_gap: usize,
    /// What negation leaves of a judgment, −1 to 0: "not good" is milder than "bad". VADER: −0.74.
    pub negated: f64,
    /// What a word of strength makes of a judgment ("very"), 1–5.
    pub strengthened: f64,
    /// What a word of weakness leaves of it ("a bit"), 0–1.
    pub weakened: f64,
    /// Weight of what follows "but", 0–5. VADER: 1.5.
    pub after_turn: f64,
    /// Weight of what stands before "but", and after "although", 0–5. VADER: 0.5.
    pub conceded: f64,
    /// Worth of a phrase that praises by itself, and, negative, of one that blames; 0–2.
    pub phrase: f64,
    /// Worth of naming what is said not to be there ("no headrest"), −2 to 2.
    pub absent: f64,
    /// A sum nearer to 0 than this praises and blames in balance, 0–2.
    pub balanced: f64,
}

impl Default for Weighing {
    fn default() -> Self {
        Self {
            binding_gap: 6,
            judged_gap: 3,
            thing_gap: 1,
            sharing_gap: 2,
            strength_gap: 2,
            link_gap: 3,
            negated: -0.74,
            strengthened: 1.5,
            weakened: 0.5,
            after_turn: 1.5,
            conceded: 0.5,
            phrase: 1.5,
            absent: -1.0,
            balanced: 0.25,
        }
    }
}

/// The keys as a file gives them; those that are missing keep what was.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WeighingForm {
    binding_gap: Option<Spanned<f64>>,
    judged_gap: Option<Spanned<f64>>,
    thing_gap: Option<Spanned<f64>>,
    sharing_gap: Option<Spanned<f64>>,
    strength_gap: Option<Spanned<f64>>,
    link_gap: Option<Spanned<f64>>,
    negated: Option<Spanned<f64>>,
    strengthened: Option<Spanned<f64>>,
    weakened: Option<Spanned<f64>>,
    after_turn: Option<Spanned<f64>>,
    conceded: Option<Spanned<f64>>,
    phrase: Option<Spanned<f64>>,
    absent: Option<Spanned<f64>>,
    balanced: Option<Spanned<f64>>,
}

/// A key that is out of its range, and where it stands.
pub(super) type Wrong = (std::ops::Range<usize>, LexiconProblem);

impl WeighingForm {
    /// `known` with what the file gives.
    pub(super) fn over(self, known: Weighing) -> Result<Weighing, Wrong> {
        let mut new = known;
        for (key, given, place) in [
            ("binding_gap", self.binding_gap, &mut new.binding_gap),
            ("judged_gap", self.judged_gap, &mut new.judged_gap),
            ("thing_gap", self.thing_gap, &mut new.thing_gap),
            ("sharing_gap", self.sharing_gap, &mut new.sharing_gap),
            ("strength_gap", self.strength_gap, &mut new.strength_gap),
            ("link_gap", self.link_gap, &mut new.link_gap),
        ] {
            let Some(given) = given else { continue };
            let got = *given.get_ref();
            if got.fract() != 0.0 || !(0.0..=20.0).contains(&got) {
                return Err(wrong(key, &given, "a whole number from 0 to 20"));
            }
            *place = got as usize;
        }
        for (key, given, place, (low, high), expected) in [
            ("negated", self.negated, &mut new.negated, (-1.0, 0.0), "a number from -1 to 0"),
            ("strengthened", self.strengthened, &mut new.strengthened, (1.0, 5.0), "a number from 1 to 5"),
            ("weakened", self.weakened, &mut new.weakened, (0.0, 1.0), "a number from 0 to 1"),
            ("after_turn", self.after_turn, &mut new.after_turn, (0.0, 5.0), "a number from 0 to 5"),
            ("conceded", self.conceded, &mut new.conceded, (0.0, 5.0), "a number from 0 to 5"),
            ("phrase", self.phrase, &mut new.phrase, (0.0, 2.0), "a number from 0 to 2"),
            ("absent", self.absent, &mut new.absent, (-2.0, 2.0), "a number from -2 to 2"),
            ("balanced", self.balanced, &mut new.balanced, (0.0, 2.0), "a number from 0 to 2"),
        ] {
            let Some(given) = given else { continue };
            if !(low..=high).contains(given.get_ref()) {
                return Err(wrong(key, &given, expected));
            }
            *place = *given.get_ref();
        }
        Ok(new)
    }
}

fn wrong(key: &'static str, given: &Spanned<f64>, expected: &'static str) -> Wrong {
    let got = given.get_ref().to_string();
    (given.span(), LexiconProblem::Weighing { key, got, expected })
}
