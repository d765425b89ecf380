//! Sums of amounts that are those of the decimals people write: 0.1 and 0.2 are 0.3, in any order of rows.
//!
//! An amount is a double; which decimal was meant is the shortest one that is read as that double. Decimals of whole numbers of
//! [`SCALE`] places add up exactly.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

use crate::tables::contract::MOST_AMOUNT;

/// Name of the function in SQL.
pub(super) const EXACT: &str = "exact_amount";

/// Decimals kept.
const SCALE: u8 = 12;

/// Digits of a decimal. Sums have 38, the most there are.
const DIGITS: u8 = 28;

/// Steps of the finest place.
const ONE: i128 = 10_i128.pow(SCALE as u32);

/// Decimals that nearly all amounts make do with.
const FEW: f64 = 1e6;

/// Steps of [`FEW`] up to which neighboring doubles are closer than half a step, 2⁵⁰: no other decimal of six places is meant.
const CLOSE: f64 = 1_125_899_906_842_624.0;

// INVARIANT: as many amounts as a table may have rows, all of the largest size, are a sum that fits: 2³¹ · 7·10¹³ · 10¹² < 10³⁸.
const _: () = assert!(MOST_AMOUNT * 2_147_483_648.0 * 1e12 < 1e38);

/// The function `exact_amount(double)`: the decimal that is meant, to [`SCALE`] places; null where there is none.
pub(super) fn exact_amount() -> ScalarUDF {
    let exact = |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let amounts = arrays[0].as_primitive::<Float64Type>();
        let decimals: Decimal128Array = amounts.iter().map(|amount| decimal_of(amount?)).collect();
        let decimals: ArrayRef = Arc::new(decimals.with_precision_and_scale(DIGITS, SCALE as i8)?);
        Ok(ColumnarValue::Array(decimals))
    };
    let gives = DataType::Decimal128(DIGITS, SCALE as i8);
    create_udf(EXACT, vec![DataType::Float64], gives, Volatility::Immutable, Arc::new(exact))
}

/// The decimal meant by an amount, in steps of 10⁻¹²; `None` beyond [`MOST_AMOUNT`].
fn decimal_of(amount: f64) -> Option<i128> {
    if amount.is_nan() || amount.abs() > MOST_AMOUNT {
        return None;
    }
    let steps = (amount * FEW).round();
    // A double is the one nearest to that decimal just if the division gives it back.
    if steps.abs() < CLOSE && steps / FEW == amount {
        return Some(i128::from(steps as i64) * (ONE / FEW as i128));
    }
    let shortest = format!("{:e}", amount.abs());
    let (digits, power) = shortest.split_once('e')?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let places = power.parse::<i32>().ok()? + i32::from(SCALE) - i32::try_from(part.len()).ok()?;
    let digits: i128 = format!("{whole}{part}").parse().ok()?;
    let size = match u32::try_from(places) {
        Ok(up) => digits.checked_mul(10_i128.checked_pow(up)?)?,
        // What is finer is rounded, halves away from nought.
        Err(_) => 10_i128.checked_pow(places.unsigned_abs()).map_or(0, |down| (digits + down / 2) / down),
    };
    Some(if amount < 0.0 { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_the_decimal_that_was_written() {
        for (written, steps) in [
            ("0", 0),
            ("-0.0", 0),
            ("0.1", 100_000_000_000),
            ("-19.99", -19_990_000_000_000),
            ("0.0000001", 100_000),
            ("1e-12", 1),
            ("4e-13", 0),
            ("5e-13", 1),
            ("123456789.12345678", 123_456_789_123_456_780_000),
            ("8600000000.12", 8_600_000_000_120_000_000_000),
            ("12345678901234.56", 12_345_678_901_234_560_000_000_000),
            ("70000000000000", 70_000_000_000_000_000_000_000_000),
            ("-69999999999999.99", -69_999_999_999_999_990_000_000_000),
        ] {
            assert_eq!(decimal_of(written.parse().expect("a number")), Some(steps), "{written}");
        }
        for beyond in [7.1e13, -1e24, f64::NAN, f64::INFINITY] {
            assert_eq!(decimal_of(beyond), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn cents_are_kept_whatever_the_amount(cents in -7_000_000_000_000_000i64..7_000_000_000_000_000) {
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
            proptest::prop_assert_eq!(decimal_of(text.parse().expect("a number")), Some(i128::from(cents) * 10_000_000_000));
        }
    }
}
