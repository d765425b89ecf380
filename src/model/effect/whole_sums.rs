//! Sums of an arm in whole numbers, so that they merge exactly in any order.

use valueseg_stats::arms::ArmSums;

/// Sums of whole outcomes `y` and of whole numbers `x` beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WholeSums {
    pub(super) n: i64,
    pub(super) y: i128,
    yy: i128,
    pub(super) x: i128,
    xx: i128,
    xy: i128,
}

impl WholeSums {
    pub(super) fn add(&mut self, y: i64, x: i64) {
        let (y, x) = (i128::from(y), i128::from(x));
        self.n += 1;
        self.y += y;
        self.yy += y * y;
        self.x += x;
        self.xx += x * x;
        self.xy += x * y;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.y += other.y;
        self.yy += other.yy;
        self.x += other.x;
        self.xx += other.xx;
        self.xy += other.xy;
    }

    /// The sums in the units of the outcome: `1/unit` of a whole is one, of `x` `1/beside`.
    pub(super) fn in_units(&self, unit: f64, beside: f64) -> ArmSums {
        ArmSums {
            n: self.n as f64,
            y: self.y as f64 / unit,
            yy: self.yy as f64 / (unit * unit),
            x: self.x as f64 / beside,
            xx: self.xx as f64 / (beside * beside),
            xy: self.xy as f64 / (unit * beside),
        }
    }
}
