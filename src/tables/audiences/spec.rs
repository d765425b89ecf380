//! `[[audiences]]` as it is written, and as it is used.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::AudienceError;
use super::field::Field;
use super::format::ListFormat;
use super::template::{DestinationKind, ListColumn, Template};
use crate::catalogue::hex;
use crate::tables::plain_file;

/// Longest name: it is a folder.
const LONGEST_NAME: usize = 64;

/// Channel of an audience that names none.
const EMAIL: &str = "email";

/// One of `[[audiences]]`: who, for which tool.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceSpec {
    /// Its name: a folder below `audiences/` of a night, and the key in the tables; small letters, digits, `-` and `_`.
    pub name: String,
    /// The tool: a template that ships, such as `klaviyo`, or `audiences/NAME.toml` beside the configuration.
    pub template: String,
    /// Who; everybody the tool may have when absent.
    #[serde(default)]
    pub who: Who,
    /// Consents that are asked for beside those of the template, such as `["consent_email"]`.
    #[serde(default)]
    pub require: Vec<String>,
    /// Further columns: a header, and what stands below it, such as `{ vs_stage = "arc_stage" }`.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// Fewest people; may only be above that of the template.
    #[serde(default)]
    pub floor: u64,
    /// What a segment is called in files; `{segment_id}` stands for its id.
    #[serde(default = "label")]
    pub label: String,
    /// Channel, for templates that ask for the consent of one: `email`, `sms`, `push`, `phone` or `post`; `email` when absent.
    #[serde(default)]
    pub channel: Option<String>,
    /// How its files are written, of what the template allows: `csv`, `jsonl` or `parquet`; the first of them when absent.
    #[serde(default)]
    pub format: Option<ListFormat>,
    /// Who of those meant for its plays goes without, in place of `[effects] control_share`.
    #[serde(default)]
    pub split: Option<AudienceSplit>,
}

/// Those who go without, of those who are next for a play.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceSplit {
    /// Their share, 0.02–0.95, drawn by the lot of the play: they are in no file, and in `audience_members` as `control`.
    pub control: f64,
}

/// Who is meant. Of several keys all must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Who {
    /// Customers of these segments, such as `["S01", "S03"]`.
    pub segments: BTreeSet<String>,
    /// Customers who are next for one of these plays.
    pub plays: BTreeSet<String>,
    /// Customers whom this closeness suits: of `1`, `2`, `3` and `4`.
    pub relationship: BTreeSet<String>,
}

fn label() -> String {
    "VS-{segment_id}".to_owned()
}

/// An audience, ready to be written.
#[derive(Clone, Debug)]
pub struct Audience {
    /// Its name.
    pub name: String,
    /// The tool.
    pub template: Template,
    /// Who is meant.
    pub who: Who,
    /// The line of the plan it is the list of; `None` = it is configured.
    pub line: Option<ListedLine>,
    /// Consents asked for beside those of the template.
    pub require: Vec<String>,
    /// Columns of its files, in order.
    pub columns: Vec<ListColumn>,
    /// Fewest people.
    pub floor: u64,
    /// What a segment is called in files.
    pub label: String,
    /// Channel whose consent is asked for, where the template asks by channel.
    pub channel: String,
    /// How its files are written.
    pub format: ListFormat,
    /// Share of those next for its plays who go without; `None` = as of every play.
    pub control: Option<f64>,
    /// SHA-256 of the company's own template, hex; `None` = it is one that ships.
    pub own_template: Option<String>,
}

/// The line of a plan that a list is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLine {
    /// The segment; `NONE` = customers without one.
    pub segment: String,
    /// The play.
    pub play: String,
    /// The channel.
    pub channel: String,
}

/// The audiences of a configuration in `base`, checked. A template is the company's own where `audiences/NAME.toml` lies beside
/// the configuration, else one that ships.
///
/// # Errors
/// As [`AudienceSpec::audience`], for a name that two of them have, and [`AudienceError::Mixed`] for lists by which nobody could
/// tell what a play does.
pub fn configured(specs: &[AudienceSpec], base: &Path) -> Result<Vec<Audience>, AudienceError> {
    let mut audiences: Vec<Audience> = Vec::new();
    for spec in specs {
        let path = base.join("audiences").join(format!("{}.toml", spec.template));
        let plain = spec.template.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let own = match plain.then(|| plain_file::read_text(&path)) {
            Some(Ok(text)) => Some(text),
            Some(Err(source)) if source.kind() != ErrorKind::NotFound => {
                return Err(AudienceError::Disk { path, source });
            }
            _ => None,
        };
        let audience = spec.audience(own.as_deref())?;
        if audiences.iter().any(|other| other.name == audience.name) {
            let what = "two audiences share this name".to_owned();
            return Err(AudienceError::Setting { key: format!("audiences.{}", spec.name), what, nearest: Vec::new() });
        }
        audiences.push(audience);
    }
    match audiences.iter().find_map(|audience| audience.mixes(&audiences)) {
        Some(mixed) => Err(mixed),
        None => Ok(audiences),
    }
}

impl AudienceSpec {
    /// The audience. `own`: the text of the company's own template, where there is one.
    ///
    /// # Errors
    /// [`AudienceError::Setting`] with the key that cannot be used, [`AudienceError::Template`].
    pub fn audience(&self, own: Option<&str>) -> Result<Audience, AudienceError> {
        let text = own;
        let template = match text {
            Some(text) => Template::parse(&self.template, text)?,
            None => Template::ships(&self.template)?,
        };
        self.check(&template).map_err(|(key, what)| AudienceError::Setting {
            key: format!("audiences.{}.{key}", self.name),
            what,
            nearest: Vec::new(),
        })?;
        let channel = self.channel.clone().unwrap_or_else(|| EMAIL.to_owned());
        let mut columns = columns_for(&template, &channel);
        let own = |(header, from): (&String, &Field)| ListColumn {
            header: header.clone(),
            from: *from,
            make: Vec::new(),
            // An empty cell clears nothing in a tool where people leave by a word.
            absent: Some(template.gone.word.clone())
                .filter(|word| !word.is_empty() && template.kind != DestinationKind::Warehouse)
                .filter(|_| from.schema_type() == "string"),
            channels: Vec::new(),
        };
        columns.extend(self.fields.iter().map(own));
        let first = template.file.formats.first().copied().unwrap_or_default();
        Ok(Audience {
            format: self.format.unwrap_or(first),
            control: self.split.map(|split| split.control),
            own_template: text.map(|text| hex(&Sha256::digest(text.as_bytes()))),
            name: self.name.clone(),
            who: self.who.clone(),
            line: None,
            require: self.require.clone(),
            columns,
            floor: self.floor.max(template.file.min_rows),
            label: self.label.clone(),
            channel,
            template,
        })
    }

    fn check(&self, template: &Template) -> Result<(), (&'static str, String)> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if self.name.is_empty() || self.name.len() > LONGEST_NAME || !self.name.chars().all(plain) {
            return Err(("name", "a name is 1 to 64 small letters, digits, `-` and `_`".to_owned()));
        }
        if let Some(consent) = self.require.iter().find(|consent| !consent.starts_with("consent_")) {
            return Err(("require", format!("`{consent}` is no consent: name a column such as consent_email")));
        }
        if let Some(level) = self.who.relationship.iter().find(|level| !["1", "2", "3", "4"].contains(&level.as_str()))
        {
            return Err(("who.relationship", format!("`{level}` is none of 1, 2, 3 and 4: the others are left alone")));
        }
        if let Some(channel) =
            self.channel.iter().find(|own| !["email", "sms", "push", "phone", "post"].contains(&own.as_str()))
        {
            return Err(("channel", format!("`{channel}` is none of email, sms, push, phone and post")));
        }
        if let Some(format) = self.format.filter(|format| !template.file.formats.contains(format)) {
            return Err(("format", format!("`{}` is none that template `{}` writes", format.ending(), template.name)));
        }
        if let Some(AudienceSplit { control }) = self.split
            && (self.who.plays.is_empty() || !(0.02..=0.95).contains(&control))
        {
            return Err(("split", "lots fall by play: name plays in `who`, and a control of 0.02 to 0.95".to_owned()));
        }
        let rest = self.label.replace("{segment_id}", "");
        if rest.contains(['{', '}']) || rest.chars().any(|c| !(c.is_alphanumeric() || " -_.".contains(c))) {
            return Err((
                "label",
                "a label holds letters, digits, blanks, `-`, `_`, `.` and {segment_id} alone".to_owned(),
            ));
        }
        for (header, field) in &self.fields {
            let there = template.column.iter().any(|column| column.header == *header);
            if there || header.trim().is_empty() || template.refuses(header) || super::makers::would_run(header) {
                return Err(("fields", format!("`{header}` is there already, or could subscribe people again")));
            }
            let person = matches!(field, Field::Email | Field::Phone | Field::CustomerId | Field::Country);
            if template.kind == DestinationKind::Ads && (person || *field != Field::SegmentLabel) {
                return Err(("fields", format!("`{header}`: advertising gets nothing of a person but hashes")));
            }
        }
        Ok(())
    }
}

/// The columns of a template for a channel.
fn columns_for(template: &Template, channel: &str) -> Vec<ListColumn> {
    let meant = |column: &&ListColumn| column.channels.is_empty() || column.channels.iter().any(|own| own == channel);
    template.column.iter().filter(meant).cloned().collect()
}

impl Audience {
    /// The list of a plan line, for any tool.
    ///
    /// # Errors
    /// None, as long as the template that ships can be used.
    pub fn of_line(line: ListedLine) -> Result<Self, AudienceError> {
        let template = Template::ships("generic")?;
        let group = line.segment.clone();
        Ok(Self {
            name: list_name(&group, &line.play),
            who: Who { segments: [group].into(), plays: [line.play.clone()].into(), ..Who::default() },
            require: Vec::new(),
            columns: columns_for(&template, &line.channel),
            floor: template.file.min_rows,
            label: label(),
            channel: line.channel.clone(),
            format: ListFormat::default(),
            control: None,
            own_template: None,
            line: Some(line),
            template,
        })
    }

    /// Why nobody could tell what a play of this list does, beside the others; `None` = it can be told.
    ///
    /// METHOD: a tool that is handed two plays and not told who is meant for which treats all alike, and a play that two lists split
    /// in two ways has no one share by which its lot falls. Of the same play on several lists all follow one lot.
    fn mixes(&self, all: &[Self]) -> Option<AudienceError> {
        let mixed = |what: String| Some(AudienceError::Mixed { audience: self.name.clone(), what });
        let told_apart = self.columns.iter().any(|column| column.from == Field::PlayId);
        if self.who.plays.len() > 1 && !told_apart {
            return mixed(
                "it holds several plays and no column tells who is meant for which: make a list of each".to_owned(),
            );
        }
        let other = all.iter().find(|other| {
            let plays = self.who.plays.intersection(&other.who.plays).next().is_some();
            let (own, their) = (&self.who.segments, &other.who.segments);
            let segments = own.is_empty() || their.is_empty() || own.intersection(their).next().is_some();
            plays && segments && self.control.is_some() && other.control.is_some() && self.control != other.control
        })?;
        mixed(format!("it shares a play with `{}` and splits it otherwise: one play has one lot", other.name))
    }

    /// Headers of its files.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.header.as_str())
    }

    /// Headers of columns that hold an address or its hash.
    #[must_use]
    pub fn address_headers(&self) -> Vec<String> {
        let address = |column: &&ListColumn| matches!(column.from, Field::Email | Field::Phone);
        self.columns.iter().filter(address).map(|column| column.header.clone()).collect()
    }

    /// Places of the columns one of which a row needs; the first that is filled is its key.
    #[must_use]
    pub fn key_places(&self) -> Vec<usize> {
        let place = |key: &String| self.columns.iter().position(|column| column.header == *key);
        self.template.key.iter().filter_map(place).collect()
    }
}

/// Name and folder of the list of a campaign, where none is configured.
#[must_use]
pub fn list_name(segment: &str, play: &str) -> String {
    format!("{segment}-{play}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded as _;

    fn refused(more: &str) -> String {
        let text = format!("name = \"list\"\ntemplate = \"klaviyo\"\n{more}");
        let spec: AudienceSpec = toml::from_str(&text).unwrap();
        spec.audience(None).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn a_key_that_cannot_be_meant_is_refused_by_its_name() {
        assert!(refused("require = [\"newsletter\"]").contains("audiences.list.require"));
        assert!(refused("who = { relationship = [\"0\"] }").contains("left alone"));
        assert!(refused("channel = \"fax\"").contains("channel"));
        assert!(refused("label = \"{segment_name}\"").contains("label"));
        assert!(refused("fields = { \"Email Marketing Consent\" = \"segment_id\" }").contains("subscribe"));
        assert!(refused("fields = { Email = \"segment_id\" }").contains("already"));
        let unknown = toml::from_str::<AudienceSpec>("name = \"a\"\ntemplate = \"x\"\nfields = { v = \"value_365d\" }");
        assert!(unknown.is_err(), "what is not on the list of fields cannot be exported");
    }

    #[test]
    fn lists_by_which_nobody_could_tell_what_a_play_does_are_refused() {
        let all = |texts: &[&str]| {
            let spec = |(at, text): (usize, &&str)| toml::from_str(&format!("name = \"l{at}\"\n{text}")).unwrap();
            configured(&texts.iter().enumerate().map(spec).collect::<Vec<AudienceSpec>>(), Path::new("nowhere"))
        };
        let two = "who = { plays = [\"a\", \"b\"] }";
        let refused = all(&[&format!("template = \"google\"\n{two}")]).unwrap_err();
        assert!(refused.code() == crate::codes::Code::AudienceMixed && refused.to_string().contains("several plays"));
        assert!(all(&[&format!("template = \"klaviyo\"\n{two}")]).is_ok(), "it has a column for the play");
        let split = |segment: &str, control: f64| {
            format!(
                "template = \"google\"\nwho = {{ plays = [\"a\"], segments = [\"{segment}\"] }}\nsplit = {{ control = {control} }}"
            )
        };
        let refused = all(&[&split("S01", 0.5), &split("S01", 0.2)]).unwrap_err();
        assert!(refused.to_string().contains("one lot"), "{refused}");
        assert!(all(&[&split("S01", 0.5), &split("S02", 0.2)]).is_ok() && all(&[&split("S01", 0.5)]).is_ok());
        assert!(all(&["template = \"google\"\nsplit = { control = 0.5 }"]).unwrap_err().to_string().contains("split"));
    }

    #[test]
    fn files_are_written_as_the_template_allows() {
        assert!(refused("format = \"parquet\"").contains("audiences.list.format"));
        let of = |template: &str, more: &str| {
            let text = format!("name = \"list\"\ntemplate = \"{template}\"\n{more}");
            toml::from_str::<AudienceSpec>(&text).unwrap().audience(None).unwrap().format
        };
        assert_eq!(of("warehouse", ""), ListFormat::Parquet);
        assert_eq!((of("generic", ""), of("generic", "format = \"jsonl\"")), (ListFormat::Csv, ListFormat::Jsonl));
    }

    #[test]
    fn a_list_of_a_line_has_the_address_its_channel_needs_and_no_other() {
        let headers = |channel: &str| {
            let line = ListedLine { segment: "S01".into(), play: "lead".into(), channel: channel.into() };
            Audience::of_line(line).unwrap().headers().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(headers("email"), ["customer_id", "email", "segment_id", "play_id", "channel"]);
        assert_eq!(headers("sms"), ["customer_id", "phone", "segment_id", "play_id", "channel"]);
        assert_eq!(headers("app"), ["customer_id", "segment_id", "play_id", "channel"]);
    }
}
