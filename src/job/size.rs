//! Sizes of memory as people write them.

use std::fmt;
use std::str::FromStr;

/// A number of bytes, written `"512MiB"`, `"4GiB"`, `"2GB"` or as a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// A text that is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{seen}` is not a size: write a number and a unit, such as \"512MiB\" or \"4GiB\"")]
pub struct ByteSizeError {
    /// The text.
    pub seen: String,
}

const UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ByteSizeError { seen: text.to_owned() };
        let trimmed = text.trim();
        let (number, factor) = UNITS
            .iter()
            .find_map(|(unit, factor)| trimmed.strip_suffix(unit).map(|number| (number, *factor)))
            .unwrap_or((trimmed, 1));
        let number: f64 = number.trim().parse().map_err(|_| refuse())?;
        let bytes = number * factor as f64;
        if bytes.is_finite() && bytes >= 1.0 && bytes <= (1u64 << 50) as f64 {
            Ok(Self(bytes as u64))
        } else {
            Err(refuse())
        }
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, factor) in [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0 >= factor {
                let scaled = self.0 as f64 / factor as f64;
                return if self.0.is_multiple_of(factor) {
                    write!(f, "{scaled:.0}{unit}")
                } else {
                    write!(f, "{scaled:.1}{unit}")
                };
            }
        }
        write!(f, "{}B", self.0)
    }
}

impl<'de> serde::Deserialize<'de> for ByteSize {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(u64),
            Text(String),
        }
        match serde::Deserialize::deserialize(deserializer)? {
            Raw::Number(bytes) => Ok(Self(bytes)),
            Raw::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

impl serde::Serialize for ByteSize {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for ByteSize {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ByteSize".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A size such as \"512MiB\" or \"4GiB\".",
            "anyOf": [{ "type": "string", "pattern": "^[0-9.]+ *(KiB|MiB|GiB|KB|MB|GB|B)?$" }, { "type": "integer", "minimum": 1 }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_binary_and_decimal_units() {
        assert_eq!("4GiB".parse(), Ok(ByteSize(4 << 30)));
        assert_eq!("1.5 MiB".parse(), Ok(ByteSize(3 << 19)));
        assert_eq!("2GB".parse(), Ok(ByteSize(2_000_000_000)));
        assert_eq!("512".parse(), Ok(ByteSize(512)));
    }

    #[test]
    fn a_text_that_is_no_size_is_refused_with_the_text() {
        for bad in ["", "many", "NaN GiB", "-1MiB", "4 parsecs"] {
            assert_eq!(bad.parse::<ByteSize>(), Err(ByteSizeError { seen: bad.to_owned() }));
        }
    }

    #[test]
    fn a_size_is_shown_in_the_largest_unit_that_fits() {
        assert_eq!(ByteSize(4 << 30).to_string(), "4GiB");
        assert_eq!(ByteSize(3 << 19).to_string(), "1.5MiB");
        assert_eq!(ByteSize(12).to_string(), "12B");
    }
}
