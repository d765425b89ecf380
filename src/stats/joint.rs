//! Two things about the same people as sums of whole numbers: their correlation, whatever parts it was added up from.

/// People from which a correlation is believed. Our judgment.
pub const LEAST_PEOPLE: i64 = 50;

/// One-sided 99 % point of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

/// A correlation between its one-sided 99 % bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// Lower bound.
    pub low: f64,
    /// The correlation.
    pub r: f64,
    /// Upper bound.
    pub high: f64,
}

/// Sums over people who answered both of two things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JointSums {
    /// People.
    pub n: i64,
    /// Sum of the first.
    pub x: i64,
    /// Sum of the second.
    pub y: i64,
    /// Sum of squares of the first.
    pub xx: i64,
    /// Sum of squares of the second.
    pub yy: i64,
    /// Sum of products.
    pub xy: i64,
    /// People for whom both are the same.
    pub equal: i64,
}

impl JointSums {
    /// Adds a person.
    pub fn add(&mut self, x: i64, y: i64) {
        self.n += 1;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
        self.equal += i64::from(x == y);
    }

    /// Adds the people of another part.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.x += other.x;
        self.y += other.y;
        self.xx += other.xx;
        self.yy += other.yy;
        self.xy += other.xy;
        self.equal += other.equal;
    }

    /// The correlation; `None` = too few people, or one of the two is the same for all.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let n = i128::from(self.n);
        let product = |a: i64, b: i64, ab: i64| (n * i128::from(ab) - i128::from(a) * i128::from(b)) as f64;
        let (vx, vy) = (product(self.x, self.x, self.xx), product(self.y, self.y, self.yy));
        (self.n >= LEAST_PEOPLE && vx > 0.0 && vy > 0.0)
            .then(|| (product(self.x, self.y, self.xy) / (vx * vy).sqrt()).clamp(-1.0, 1.0))
    }

    /// The correlation between its one-sided 99 % bounds, by Fisher's transformation.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounded> {
        let r = self.correlation()?;
        let (z, half) = (r.clamp(-0.999_999, 0.999_999).atanh(), Z99 / ((self.n - 3) as f64).sqrt());
        Some(Bounded { low: (z - half).tanh(), r, high: (z + half).tanh() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_is_the_textbooks() {
        // x = 0, 1, 2, … against itself is 1, against its square over 0..=50 it is 0.9671 by hand.
        let mut own = JointSums::default();
        let mut square = JointSums::default();
        for x in 0..=50 {
            own.add(x, x);
            square.add(x, x * x);
        }
        assert!((own.correlation().expect("known") - 1.0).abs() < 1e-12);
        assert!((square.correlation().expect("known") - 0.967_07).abs() < 5e-5);
    }

    #[test]
    fn few_people_and_what_does_not_vary_have_no_correlation() {
        let mut few = JointSums::default();
        (0..49).for_each(|x| few.add(x, x));
        assert_eq!(few.correlation(), None);
        let mut same = JointSums::default();
        (0..60).for_each(|x| same.add(3, x));
        assert_eq!(same.correlation(), None);
    }

    #[test]
    fn bounds_are_fishers() {
        // r = 0 of 103 people: ± tanh(2.3263 / 10) = ± 0.2285.
        let mut none = JointSums::default();
        for i in 0..103 {
            none.add(i % 2, 0);
        }
        assert_eq!(none.bounds(), None, "the second does not vary");
        let mut none = JointSums::default();
        for (x, y) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            (0..26).for_each(|_| none.add(x, y));
        }
        let bounds = none.bounds().expect("104 people");
        assert!((bounds.high - (Z99 / 101f64.sqrt()).tanh()).abs() < 1e-12 && (bounds.low + bounds.high).abs() < 1e-12);
    }
}
