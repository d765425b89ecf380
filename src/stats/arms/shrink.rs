//! What of a difference is left once it is seen among its like: the best of many is partly luck.

use statrs::distribution::ContinuousCDF;

use crate::interval::standard_normal;

/// A member of a family: a difference and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FamilyMember {
    /// The difference.
    pub value: f64,
    /// Its standard error, > 0.
    pub se: f64,
}

/// A family of differences that are expected to be alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    /// Variance of the true differences, ≥ 0.
    pub tau2: f64,
    /// Their mean.
    pub mean: f64,
    /// Its standard error, > 0.
    pub mean_se: f64,
}

/// A difference drawn toward the mean of its family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrunk {
    /// The difference.
    pub value: f64,
    /// Its standard deviation, > 0.
    pub sd: f64,
    /// Probability that it is above 0.
    pub positive: f64,
}

impl Family {
    /// The family with the variance that the members show; `None` without members, or with a standard error that is not
    /// above 0.
    ///
    /// `τ²` solves `Σ wᵢ(yᵢ − μ)² = k − 1` with `wᵢ = 1/(seᵢ² + τ²)`, `μ = Σwᵢyᵢ/Σwᵢ`, and is 0 where no τ² above 0 does.
    ///
    /// METHOD: Paule–Mandel rather than DerSimonian–Laird, which is too small where standard errors differ much. Members
    /// are summed in order of value, so that their order in the list leaves no trace. Source: Paule and Mandel, Journal
    /// of Research of the National Bureau of Standards 87 (1982).
    ///
    /// # Examples
    /// `combine_effects(y, se², method_re="iterated")` of statsmodels 0.15.0 gives τ² 1.6045969686e-4 for these six; it stops
    /// where the equation is met to 1.5e-7. Bisection of the same equation in Python to the last digit: 1.604597054370014e-4.
    ///
    /// ```
    /// use valueseg_stats::arms::{Family, FamilyMember};
    ///
    /// let y = [0.030, 0.012, 0.021, -0.004, 0.008, 0.045];
    /// let se = [0.006, 0.005, 0.009, 0.012, 0.004, 0.015];
    /// let members: Vec<_> = y.into_iter().zip(se).map(|(value, se)| FamilyMember { value, se }).collect();
    /// let family = Family::of(&members).unwrap();
    /// assert!((family.tau2 - 1.604_597_054_370_014e-4).abs() < 1e-15);
    /// assert!((family.tau2 - 1.604_596_968_6e-4).abs() < 1e-11);
    /// assert!((family.shrunk(members[5]).value - 0.028_844_14).abs() < 1e-8);
    /// ```
    #[must_use]
    pub fn of(members: &[FamilyMember]) -> Option<Self> {
        let sorted = in_order(members)?;
        let excess = |tau2: f64| {
            let mean = Self::at(&sorted, tau2).mean;
            let q: f64 = sorted.iter().map(|m| (m.value - mean).powi(2) / (m.se * m.se + tau2)).sum();
            q - (sorted.len() as f64 - 1.0)
        };
        if excess(0.0) <= 0.0 {
            return Some(Self::at(&sorted, 0.0));
        }
        let spread: f64 = sorted.last()?.value - sorted.first()?.value;
        // At τ² = spread² every term is below 1, and Σ over k members cannot reach k − 1 for long: doubling ends soon.
        let (mut low, mut high) = (0.0, spread * spread);
        while excess(high) > 0.0 {
            high *= 2.0;
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if excess(middle) > 0.0 { low = middle } else { high = middle }
        }
        Some(Self::at(&sorted, f64::midpoint(low, high)))
    }

    /// The family with a variance known from elsewhere; `None` as [`Family::of`], or for a negative variance.
    ///
    /// # Examples
    /// By hand, one member 0.2 ± 0.1 and τ 0.1: its weight against the mean, which is itself, is one half.
    ///
    /// ```
    /// use valueseg_stats::arms::{Family, FamilyMember};
    ///
    /// let family = Family::with_tau2(&[FamilyMember { value: 0.2, se: 0.1 }], 0.01).unwrap();
    /// assert!((family.mean - 0.2).abs() < 1e-12 && (family.mean_se - 0.02f64.sqrt()).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn with_tau2(members: &[FamilyMember], tau2: f64) -> Option<Self> {
        let sorted = in_order(members)?;
        (tau2 >= 0.0 && tau2.is_finite()).then(|| Self::at(&sorted, tau2))
    }

    /// The family whose mean and variance are known from elsewhere, and exactly: nothing was measured yet, or too little.
    #[must_use]
    pub fn prior(mean: f64, tau2: f64) -> Self {
        Self { tau2, mean, mean_se: 0.0 }
    }

    /// A member drawn toward the mean: `B = τ²/(τ² + se²)`, value `B·y + (1 − B)·μ`, variance
    /// `B·se² + (1 − B)²·Var(μ)`.
    #[must_use]
    pub fn shrunk(&self, member: FamilyMember) -> Shrunk {
        let own = member.se * member.se;
        let b = self.tau2 / (self.tau2 + own);
        let variance = b * own + ((1.0 - b) * self.mean_se).powi(2);
        Shrunk::of(b * member.value + (1.0 - b) * self.mean, variance.sqrt())
    }

    /// What is expected of a member that was not measured: the mean, with the spread of the family and its own doubt.
    #[must_use]
    pub fn unseen(&self) -> Shrunk {
        Shrunk::of(self.mean, (self.tau2 + self.mean_se * self.mean_se).sqrt())
    }

    fn at(members: &[FamilyMember], tau2: f64) -> Self {
        let weight = |m: &FamilyMember| 1.0 / (m.se * m.se + tau2);
        let total: f64 = members.iter().map(weight).sum();
        let mean = members.iter().map(|m| weight(m) * m.value).sum::<f64>() / total;
        Self { tau2, mean, mean_se: total.sqrt().recip() }
    }
}

impl Shrunk {
    fn of(value: f64, sd: f64) -> Self {
        let positive = if sd > 0.0 { standard_normal().cdf(value / sd) } else { f64::from(u8::from(value > 0.0)) };
        Self { value, sd, positive }
    }

    /// Probability that the difference is above `worth`.
    #[must_use]
    pub fn above(&self, worth: f64) -> f64 {
        Self::of(self.value - worth, self.sd).positive
    }
}

fn in_order(members: &[FamilyMember]) -> Option<Vec<FamilyMember>> {
    let ok = |m: &FamilyMember| m.value.is_finite() && m.se.is_finite() && m.se > 0.0;
    if members.is_empty() || !members.iter().all(ok) {
        return None;
    }
    let mut sorted = members.to_vec();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value).then(a.se.total_cmp(&b.se)));
    Some(sorted)
}
