//! A destination as data: which columns, made how, who has to have agreed, and how somebody leaves.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::AudienceError;
use super::field::Field;
use super::format::ListFormat;
use super::makers::Maker;
use crate::tables::names::nearest;

/// The templates that ship, by name.
const SHIPPED: [(&str, &str); 13] = [
    ("generic", include_str!("../../../data/audiences/generic.toml")),
    ("warehouse", include_str!("../../../data/audiences/warehouse.toml")),
    ("klaviyo", include_str!("../../../data/audiences/klaviyo.toml")),
    ("braze", include_str!("../../../data/audiences/braze.toml")),
    ("google", include_str!("../../../data/audiences/google.toml")),
    ("meta", include_str!("../../../data/audiences/meta.toml")),
    ("hubspot", include_str!("../../../data/audiences/hubspot.toml")),
    ("mailchimp", include_str!("../../../data/audiences/mailchimp.toml")),
    ("sfmc", include_str!("../../../data/audiences/sfmc.toml")),
    ("iterable", include_str!("../../../data/audiences/iterable.toml")),
    ("customerio", include_str!("../../../data/audiences/customerio.toml")),
    ("linkedin", include_str!("../../../data/audiences/linkedin.toml")),
    ("tiktok", include_str!("../../../data/audiences/tiktok.toml")),
];

/// Parts of names of columns by which tools store that somebody agreed: writing one could subscribe them again.
const SUBSCRIPTION: [&str; 9] =
    ["consent", "subscri", "opt_in", "optin", "opt-in", "opted", "unsub", "marketing_status", "email_status"];

/// What kind of tool it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    /// Shows advertising: sees hashes alone, and no name of a segment.
    Ads,
    /// Sends e-mail, text or push messages.
    Messaging,
    /// Keeps contacts.
    Crm,
    /// A table for the company's own tools.
    Warehouse,
}

/// How somebody leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// By a word in a column: the delta holds their row again, with the word. An empty cell would clear nothing.
    Property,
    /// By a file of those to remove, beside one of those to add.
    Membership,
    /// By a whole new file in place of the old one.
    #[default]
    Replace,
}

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListLayout {
    /// `"\n"` or `"\r\n"`.
    #[serde(default = "newline")]
    pub newline: String,
    /// How it may be written, the first unless an audience says another; CSV alone when absent.
    #[serde(default = "csv_alone")]
    pub formats: Vec<ListFormat>,
    /// Most bytes of one file; of a Parquet file there is no such limit.
    #[serde(default = "most")]
    pub max_bytes: u64,
    /// Most rows of one file, the header not counted.
    #[serde(default = "most")]
    pub max_rows: u64,
    /// Fewest rows of the whole list; a smaller one is not written.
    #[serde(default)]
    pub min_rows: u64,
}

/// How somebody leaves, as the file says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoneRule {
    /// The kind.
    pub how: Removal,
    /// Of a property: its column.
    #[serde(default)]
    pub header: String,
    /// Of a property: the word that says so.
    #[serde(default)]
    pub word: String,
}

/// What somebody must have agreed to, by names of columns of `customers`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsentRule {
    /// All of these.
    pub all: Vec<String>,
    /// The one of the channel of the plan line as well.
    pub by_channel: bool,
    /// `all` holds in the European Economic Area, the United Kingdom and Switzerland, and where the country is not known;
    /// elsewhere these.
    pub otherwise: Option<Vec<String>>,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListColumn {
    /// Its header, exactly.
    pub header: String,
    /// What it is made of.
    pub from: Field,
    /// What is made of it, step by step.
    #[serde(default)]
    pub make: Vec<Maker>,
    /// What stands where there is nothing, such as `none`: for tools in which an empty cell leaves the old value.
    #[serde(default)]
    pub absent: Option<String>,
    /// Only for plan lines by these channels, who need it then; empty = for all.
    #[serde(default)]
    pub channels: Vec<String>,
}

/// What people do with the files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtUpload {
    /// What to click and choose, in order.
    pub say: Vec<String>,
    /// How those who left are taken off.
    pub remove: Vec<String>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name; not in the file, which is called by it.
    #[serde(skip)]
    pub name: String,
    /// The tool, as people call it.
    pub label: String,
    /// Version of what it knows of the tool.
    pub version: String,
    /// What kind of tool it is.
    pub kind: DestinationKind,
    /// Its values were held against published helpers, tests or pages of the tool; never against a real account.
    pub tried: bool,
    /// Day on which it was last compared with its sources, `YYYY-MM-DD`.
    pub checked: String,
    /// Pages it was made from.
    pub sources: Vec<String>,
    /// How a file is written.
    pub file: ListLayout,
    /// Columns one of which a row needs; the first that is filled is its key.
    pub key: Vec<String>,
    /// How somebody leaves.
    pub gone: GoneRule,
    /// Who must have agreed to what.
    #[serde(default)]
    pub consent: ConsentRule,
    /// Headers that no own column may have.
    #[serde(default)]
    pub refuse_headers: Vec<String>,
    /// The columns, in order.
    pub column: Vec<ListColumn>,
    /// What people do with the files.
    pub at_upload: AtUpload,
}

fn newline() -> String {
    "\n".to_owned()
}

fn csv_alone() -> Vec<ListFormat> {
    vec![ListFormat::Csv]
}

fn most() -> u64 {
    u64::MAX
}

impl Template {
    /// Names of the templates that ship, those that were tried first.
    pub fn shipped() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The text of a template that ships, to be copied and changed; `None` = there is none of this name.
    #[must_use]
    pub fn text_of(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
    }

    /// A template that ships.
    ///
    /// # Errors
    /// [`AudienceError::Setting`] with the nearest name, if there is none of this name.
    pub fn ships(name: &str) -> Result<Self, AudienceError> {
        match Self::text_of(name) {
            Some(text) => Self::parse(name, text),
            None => Err(AudienceError::Setting {
                key: "audiences.template".to_owned(),
                what: format!("`{name}` neither ships nor lies beside the configuration as audiences/{name}.toml"),
                nearest: nearest(name, Self::shipped()),
            }),
        }
    }

    /// Reads a template.
    ///
    /// # Errors
    /// [`AudienceError::Template`] for one that cannot be used, with the reason.
    pub fn parse(name: &str, text: &str) -> Result<Self, AudienceError> {
        let refuse = |what: String| AudienceError::Template { name: name.to_owned(), what };
        let template: Self = toml::from_str(text).map_err(|error| refuse(error.to_string().trim_end().to_owned()))?;
        template.check().map_err(refuse)?;
        Ok(Self { name: name.to_owned(), ..template })
    }

    fn check(&self) -> Result<(), String> {
        let headers: BTreeSet<&str> = self.column.iter().map(|column| column.header.as_str()).collect();
        if headers.len() < self.column.len() || headers.contains("") {
            return Err("every column needs a header of its own".to_owned());
        }
        if let Some(header) = headers.iter().find(|header| self.refuses(header)) {
            return Err(format!("column `{header}` could subscribe people again, or is not to be sent"));
        }
        match self.key.iter().find(|key| !headers.contains(key.as_str())) {
            Some(key) => return Err(format!("key `{key}` is no column")),
            None if self.key.is_empty() => return Err("it needs a key".to_owned()),
            None => {}
        }
        let GoneRule { how, header, word } = &self.gone;
        if *how == Removal::Property && (word.trim().is_empty() || !headers.contains(header.as_str())) {
            return Err("who leaves by a property needs its column and a word: an empty cell clears nothing".to_owned());
        }
        let spoken = |column: &&ListColumn| column.absent.is_some();
        if self.column.iter().filter(spoken).any(|c| !c.make.is_empty() || c.from.schema_type() != "string") {
            return Err("`absent` is for columns of text that nothing is made of".to_owned());
        }
        if self.checked.parse::<chrono::NaiveDate>().is_err() || self.sources.iter().any(|source| source.is_empty()) {
            return Err("`checked` is the day on which it was compared with its sources".to_owned());
        }
        let hashed = |column: &ListColumn| column.make.contains(&Maker::Sha256Hex);
        let person = |column: &&ListColumn| matches!(column.from, Field::Email | Field::Phone | Field::CustomerId);
        if self.kind == DestinationKind::Ads && self.column.iter().filter(person).any(|column| !hashed(column)) {
            return Err("advertising gets no address and no id in plain letters".to_owned());
        }
        if !["\n", "\r\n"].contains(&self.file.newline.as_str()) || self.file.max_rows == 0 {
            return Err("`newline` is \"\\n\" or \"\\r\\n\", and a file holds at least one row".to_owned());
        }
        let table = self.file.formats.contains(&ListFormat::Parquet);
        if self.file.formats.is_empty() || (table && self.file.max_bytes < u64::MAX) {
            return Err("`formats` names one at least, and a Parquet file has no `max_bytes`".to_owned());
        }
        Ok(())
    }

    /// Whether a column may not be called so: it would say that somebody agreed, or the tool reads more out of it than is
    /// meant.
    #[must_use]
    pub fn refuses(&self, header: &str) -> bool {
        // The key of a data extension of Salesforce Marketing Cloud tells nothing of a subscription.
        let small = header.to_lowercase().replace(' ', "_").replace("subscriberkey", "");
        SUBSCRIPTION.iter().any(|part| small.contains(part)) || self.refuse_headers.contains(&small)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_that_ships_can_be_used_and_six_were_tried() {
        let all: Vec<Template> = Template::shipped().map(|name| Template::ships(name).unwrap()).collect();
        let tried: Vec<&str> = all.iter().filter(|t| t.tried).map(|t| t.name.as_str()).collect();
        assert_eq!(tried, ["generic", "warehouse", "klaviyo", "braze", "google", "meta"]);
        for template in &all {
            assert!(!template.at_upload.say.is_empty() && !template.at_upload.remove.is_empty(), "{}", template.name);
            let agreed = !template.consent.all.is_empty() || template.consent.by_channel;
            assert!(agreed, "{} asks for no consent", template.name);
        }
    }

    #[test]
    fn a_template_that_could_hurt_is_refused_with_the_reason() {
        let text = Template::text_of("klaviyo").unwrap();
        let refused = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            Template::parse("own", &text.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(refused("header = \"vs_since\"", "header = \"Email Marketing Consent\"").contains("subscribe"));
        assert!(refused("header = \"vs_since\"", "header = \"Email\"").contains("header of its own"));
        assert!(refused("word = \"none\"", "word = \"\"").contains("clears nothing"));
        assert!(refused("key = [\"Email\"]", "key = [\"E-mail\"]").contains("no column"));
        assert!(refused("make = [\"email\"]", "make = [\"capitals\"]").contains("capitals"));
        assert!(refused("checked = \"2026-11-29\"", "checked = \"lately\"").contains("day"));
        assert!(refused("from = \"segment_label\"", "from = \"need_tier\"").contains("need_tier"));
        let ads = Template::text_of("meta").unwrap().replacen(", \"sha256_hex\"", "", 1);
        assert!(Template::parse("own", &ads).unwrap_err().to_string().contains("plain letters"));
        assert!(
            matches!(Template::ships("klavio"), Err(AudienceError::Setting { nearest, .. }) if nearest == ["klaviyo"])
        );
    }
}
