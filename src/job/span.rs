//! Spans of time as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A number of whole seconds, written `"90s"`, `"15m"`, `"2h"` or as a plain number; 0 = without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeSpan(pub u64);

/// A text that is no span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{seen}` is not a span of time: write a whole number and a unit, such as \"90s\", \"15m\" or \"2h\"")]
pub struct TimeSpanError {
    /// The text.
    pub seen: String,
}

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// Longest span that can be written: a year.
const LONGEST: u64 = 366 * 86_400;

impl TimeSpan {
    /// The span; `None` = without end.
    #[must_use]
    pub fn limit(self) -> Option<Duration> {
        (self.0 > 0).then(|| Duration::from_secs(self.0))
    }
}

impl FromStr for TimeSpan {
    type Err = TimeSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let (number, factor) = UNITS
            .iter()
            .find_map(|(unit, factor)| trimmed.strip_suffix(unit).map(|number| (number, *factor)))
            .unwrap_or((trimmed, 1));
        let seconds = number.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
        let seconds = seconds.filter(|seconds| *seconds <= LONGEST);
        seconds.map(Self).ok_or_else(|| TimeSpanError { seen: text.to_owned() })
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, factor)| self.0 > 0 && self.0.is_multiple_of(*factor));
        match unit {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => f.write_str("0"),
        }
    }
}

impl<'de> serde::Deserialize<'de> for TimeSpan {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(u64),
            Text(String),
        }
        let text = match serde::Deserialize::deserialize(deserializer)? {
            Raw::Number(seconds) => seconds.to_string(),
            Raw::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for TimeSpan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for TimeSpan {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TimeSpan".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A span of time such as \"90s\", \"15m\" or \"2h\"; 0 = without end.",
            "anyOf": [{ "type": "string", "pattern": "^[0-9]+ *[dhms]?$" }, { "type": "integer", "minimum": 0 }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_unit_and_shown_in_the_largest_that_fits() {
        for (written, seconds, shown) in
            [("90s", 90, "90s"), ("15m", 900, "15m"), (" 2 h ", 7200, "2h"), ("3600", 3600, "1h"), ("0", 0, "0")]
        {
            let span: TimeSpan = written.parse().expect("a span");
            assert_eq!((span.0, span.to_string().as_str()), (seconds, shown));
        }
        assert_eq!(TimeSpan(0).limit(), None);
        assert_eq!(TimeSpan(2).limit(), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_text_that_is_no_span_is_refused_with_the_text() {
        for bad in ["", "soon", "-1s", "1.5h", "9999999999999999999999h", "400d"] {
            assert_eq!(bad.parse::<TimeSpan>(), Err(TimeSpanError { seen: bad.to_owned() }));
        }
    }
}
