//! Who goes without a play: drawn by lot, by nothing else, and the same lot on every night.

use twox_hash::XxHash64;

/// What a lot decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrialArm {
    /// Gets the play.
    Treated,
    /// Is next for the play and goes without.
    Control,
    /// Belongs to the standing hold-out and gets no play at all.
    ProgramHoldout,
}

impl TrialArm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Treated, Self::Control, Self::ProgramHoldout];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Treated => "treated",
            Self::Control => "control",
            Self::ProgramHoldout => "program_holdout",
        }
    }

    /// The arm of a word; `None` = none.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arm| arm.slug() == word)
    }
}

/// Draws of one epoch. Another salt is another epoch: everybody is drawn anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lottery {
    seed: u64,
}

impl Lottery {
    /// Draws by the salt of `[holdout]`.
    #[must_use]
    pub fn new(salt: &str) -> Self {
        Self { seed: XxHash64::oneshot(0, salt.as_bytes()) }
    }

    /// A name of the epoch that does not tell the salt.
    #[must_use]
    pub fn epoch(&self) -> String {
        format!("{:08x}", XxHash64::oneshot(self.seed, b"epoch") >> 32)
    }

    /// The lot of somebody for a play, in `[0, 1)`: the leading 53 bits of `xxh64(xxh64(salt), play) → xxh64(·, whose)`.
    /// Whoever draws less than the share goes without.
    ///
    /// METHOD: plays draw apart, so that each is balanced over the arms of all others. `whose` is the household where one is
    /// known, else the id: who lives with somebody kept out would hand on what was sent to them.
    ///
    /// # Examples
    ///
    /// ```
    /// use valueseg_model::effect::Lottery;
    ///
    /// let lottery = Lottery::new("spring");
    /// assert_eq!(lottery.lot("lead_quality", b"K1"), lottery.lot("lead_quality", b"K1"));
    /// assert!((0.0..1.0).contains(&lottery.lot("lead_quality", b"K1")));
    /// ```
    #[must_use]
    pub fn lot(&self, play: &str, whose: &[u8]) -> f64 {
        let hash = XxHash64::oneshot(XxHash64::oneshot(self.seed, play.as_bytes()), whose);
        ((hash >> 11) as f64) * (1.0 / (1u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_out(lottery: &Lottery, play: &str, share: f64) -> Vec<bool> {
        (0..40_000_u32).map(|n| lottery.lot(play, &n.to_le_bytes()) < share).collect()
    }

    #[test]
    fn as_many_go_without_as_the_share_says_and_plays_draw_apart() {
        let lottery = Lottery::new("demo");
        let (one, other) = (kept_out(&lottery, "a", 0.5), kept_out(&lottery, "b", 0.5));
        let count = |lots: &[bool]| lots.iter().filter(|lot| **lot).count();
        // 20,000 expected, standard error 100.
        assert!(count(&one).abs_diff(20_000) < 400 && count(&other).abs_diff(20_000) < 400);
        let both = one.iter().zip(&other).filter(|(a, b)| **a && **b).count();
        assert!(both.abs_diff(10_000) < 400, "{both} in both");
        let again = kept_out(&Lottery::new("other"), "a", 0.5);
        let same = one.iter().zip(&again).filter(|(a, b)| a == b).count();
        assert!(same.abs_diff(20_000) < 400, "another salt, another draw");
    }

    #[test]
    fn a_smaller_share_keeps_out_nobody_new() {
        let lottery = Lottery::new("demo");
        let (half, tenth) = (kept_out(&lottery, "a", 0.5), kept_out(&lottery, "a", 0.1));
        assert!(half.iter().zip(&tenth).all(|(half, tenth)| *half || !tenth));
    }

    #[test]
    fn arms_have_words_that_come_back() {
        for arm in TrialArm::ALL {
            assert_eq!(TrialArm::parse(arm.slug()), Some(arm));
        }
        assert_ne!(Lottery::new("a").epoch(), Lottery::new("b").epoch());
    }
}
