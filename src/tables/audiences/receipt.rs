//! What a list holds, who is not on it and why, what to click, and how somebody is taken off: as a document, and in plain words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::pick::LeftOut;
use super::spec::Audience;
use super::template::{ListColumn, Removal};

/// Names of both inside the folder of an audience.
pub(super) const DOCUMENT: &str = "receipt.json";
pub(super) const TEXT: &str = "RECEIPT.txt";

/// What was written for an audience in a night.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListReceipt {
    /// The audience.
    pub audience: String,
    /// The night, `YYYY-MM-DD`.
    pub night: String,
    /// Its template, and the version of what it knows.
    pub template: String,
    /// Version of the template.
    pub template_version: String,
    /// Customers meant.
    pub meant: u64,
    /// Customers on the list.
    pub members: u64,
    /// Of these, new since the base night; `None` = there is no base.
    pub added: Option<u64>,
    /// Of these, with other cells than in the base night; `None` alike.
    pub updated: Option<u64>,
    /// Customers of the base night who are not on it any more; `None` alike.
    pub removed: Option<u64>,
    /// Everybody else who was meant, by the first reason; reasons that nobody has are left out.
    pub left_out: BTreeMap<String, u64>,
    /// The night that changes are told against; `None` = there is none, so there is no delta.
    pub base_night: Option<String>,
    /// Whether somebody confirmed that the list of that night was uploaded.
    pub base_confirmed: bool,
    /// The columns are others than in the base night, so there is no delta.
    pub columns_changed: bool,
    /// Whole lists were asked for, so there is no delta.
    #[serde(default)]
    pub whole: bool,
    /// How somebody leaves.
    pub removal: Removal,
    /// Of a property: its column; else empty.
    pub gone_header: String,
    /// Of a property: the word; else empty.
    pub gone_word: String,
    /// Headers of the key.
    pub keys: Vec<String>,
    /// Of a property: what other columns say where there is nothing to say, by header; others are empty.
    #[serde(default)]
    pub absent: BTreeMap<String, String>,
    /// Headers of columns that hold an address or its hash.
    pub addresses: Vec<String>,
    /// Files to upload, in the folder of the audience, with their rows.
    pub files: BTreeMap<String, u64>,
}

impl ListReceipt {
    /// What an audience says of it before anybody is counted.
    pub(super) fn begun(audience: &Audience) -> Self {
        let template = &audience.template;
        let absent = |column: &ListColumn| Some((column.header.clone(), column.absent.clone()?));
        Self {
            audience: audience.name.clone(),
            template: template.name.clone(),
            template_version: template.version.clone(),
            removal: template.gone.how,
            gone_header: template.gone.header.clone(),
            gone_word: template.gone.word.clone(),
            keys: template.key.clone(),
            absent: audience.columns.iter().filter_map(absent).collect(),
            addresses: audience.address_headers(),
            ..Self::default()
        }
    }

    /// Counts somebody who was meant and is not on it.
    pub(super) fn leave_out(&mut self, reason: LeftOut) {
        self.meant += 1;
        *self.left_out.entry(reason.slug().to_owned()).or_default() += 1;
    }

    /// The row that tells the tool that somebody is gone, from the row as it was uploaded: of a membership that row, else the key
    /// and the word, so that nothing of an old campaign is left standing.
    pub(super) fn gone_row(&self, headers: &[String], cells: &[String]) -> Vec<String> {
        let cell = |(header, cell): (&String, &String)| {
            if self.removal == Removal::Membership || self.keys.contains(header) {
                cell.clone()
            } else if *header == self.gone_header {
                self.gone_word.clone()
            } else {
                self.absent.get(header).cloned().unwrap_or_default()
            }
        };
        headers.iter().zip(cells).map(cell).collect()
    }

    /// The page for people. Numbers of fewer than `min_cell` people are not told.
    pub(super) fn text(&self, audience: &Audience, told: &[String], min_cell: u64) -> String {
        let mut page = String::new();
        let template = &audience.template;
        let _ = writeln!(page, "List `{}` for {}, night of {}", self.audience, template.label, self.night);
        if !template.tried {
            page.push_str("\nThe format follows the pages of the tool and was never compared with its own helpers: try ten rows first.\n");
        }
        for line in told {
            let _ = writeln!(page, "\n{line}");
        }
        self.what_is_here(&mut page, min_cell);
        self.who_is_on_it(&mut page, min_cell);
        section(&mut page, "WHAT TO DO", &template.at_upload.say);
        section(&mut page, "HOW SOMEBODY IS TAKEN OFF", &template.at_upload.remove);
        page.push_str(
            "  Whoever objects or withdraws between two uploads: take them off in the tool itself, at once.\n\
             \nWHEN YOU HAVE UPLOADED IT\n",
        );
        let _ = writeln!(page, "  valueseg audiences confirm {} --night {}", self.audience, self.night);
        page.push_str(match template.gone.how {
            Removal::Replace => "  Who joined and who left is then told against this night.\n",
            Removal::Property | Removal::Membership => {
                "  From then on changes are told against this night. Without it they are told against the last night that \
                 was\n  confirmed, so that an upload that was skipped loses nobody who left; before the first, against the \
                 night before.\n"
            }
        });
        page.push_str(
            "\nThe folder internal/ is not for upload: it tells which customer is which row. These files hold addresses of\n\
             people. Keep them where only you can read them, and delete copies after the upload.\n",
        );
        let _ = writeln!(
            page,
            "\nTemplate {} {}, compared with its sources on {}.",
            template.name, template.version, template.checked
        );
        page
    }

    fn what_is_here(&self, page: &mut String, min_cell: u64) {
        page.push_str("\nWHAT IS HERE\n");
        if self.files.is_empty() {
            page.push_str("  No file: nobody is on the list tonight, or too few for this tool. Upload nothing.\n");
        }
        for (file, rows) in &self.files {
            let what = match file.split('-').next().unwrap_or_default() {
                "full" => "on the list tonight",
                "delta" => "who joined, changed or left",
                "add" => "to add",
                _ => "to remove",
            };
            let _ = writeln!(page, "  {file:<16} {} {what}", people(*rows, min_cell));
        }
        match (&self.base_night, self.columns_changed) {
            _ if self.whole => {
                page.push_str(
                    "  Whole lists were asked for tonight: there is no file of changes, load the whole list.\n",
                );
            }
            (Some(base), true) => {
                let _ = writeln!(
                    page,
                    "  The columns are others than on {base}: there is no file of changes, load the whole list."
                );
            }
            (Some(base), false) => {
                let why = if self.base_confirmed {
                    "the last upload that was confirmed"
                } else {
                    "the night before; no upload was confirmed"
                };
                let count = |number: Option<u64>| people(number.unwrap_or(0), min_cell);
                let _ = writeln!(
                    page,
                    "  Since {base} ({why}): {} joined, {} changed, {} left.",
                    count(self.added),
                    count(self.updated),
                    count(self.removed)
                );
            }
            (None, _) => page
                .push_str("  It is the first night of this list: there is no file of changes, load the whole list.\n"),
        }
    }

    fn who_is_on_it(&self, page: &mut String, min_cell: u64) {
        page.push_str("\nWHO IS ON IT\n");
        let _ = writeln!(
            page,
            "  {} of {} who were meant. The others, each counted once, by the first reason that holds:",
            people(self.members, min_cell),
            people(self.meant, min_cell)
        );
        for reason in LeftOut::ALL {
            if let Some(count) = self.left_out.get(reason.slug()) {
                let _ = writeln!(page, "  {:>14} {}", people(*count, min_cell), reason.words());
            }
        }
        page.push_str(
            "  Nobody who asked to be erased, and nobody at the address of such a person, is in any file.\n\
             \x20 No column tells a tool that somebody subscribed.\n",
        );
    }
}

fn section(page: &mut String, title: &str, lines: &[String]) {
    let _ = writeln!(page, "\n{title}");
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(page, "  {}. {line}", at + 1);
    }
}

/// A number of people with its thousands, or that it is too small to be told.
pub(super) fn people(number: u64, min_cell: u64) -> String {
    if number > 0 && number < min_cell {
        return format!("fewer than {min_cell}");
    }
    let digits = number.to_string();
    let mut told = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}
