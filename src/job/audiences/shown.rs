//! Lists of stored nights as people ask for them: all, one, a look into it, and that it was uploaded.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::has;
use crate::job::error::JobError;
use crate::job::load::{Loaded, nearest};
use crate::tables::audiences::{AudienceError, Confirmations, ListReceipt, MemberReader, Template};
use crate::tables::plain_file;
use crate::tables::publish::{OutputLock, latest_night, published_nights, run_folder};

/// The lists of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lists {
    /// The night, `YYYY-MM-DD`; `None` = none is published.
    pub night: Option<String>,
    /// The lists.
    pub lists: Vec<ListShown>,
    /// Names of the templates that ship.
    pub templates: Vec<&'static str>,
}

/// One list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListShown {
    /// What was written.
    pub receipt: ListReceipt,
    /// The newest night whose upload was confirmed, `YYYY-MM-DD`; `None` = none was.
    pub confirmed: Option<String>,
    /// The receipt in words.
    pub text: String,
}

/// Some rows of a list, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListPreview {
    /// The headers.
    pub headers: Vec<String>,
    /// Rows, each cell masked unless it tells nothing of one person.
    pub rows: Vec<Vec<String>>,
}

/// That an upload was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListConfirmed {
    /// The audiences.
    pub audiences: Vec<String>,
    /// The night, `YYYY-MM-DD`.
    pub night: String,
}

/// All lists of the latest night.
///
/// # Errors
/// [`JobError`] if the results cannot be read.
pub fn list(loaded: &Loaded) -> Result<Lists, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let templates = Template::shipped().collect();
    let Some(night) = latest_night(&out)? else { return Ok(Lists { night: None, lists: Vec::new(), templates }) };
    let names = names(loaded, night)?;
    let lists = names.iter().map(|name| shown(loaded, night, name)).collect::<Result<_, _>>()?;
    Ok(Lists { night: Some(night.to_string()), lists, templates })
}

/// One list, of a night or of the latest.
///
/// # Errors
/// [`JobError::Unknown`] with the nearest name, if there is none of this name.
pub fn show(loaded: &Loaded, name: &str, night: Option<NaiveDate>) -> Result<ListShown, JobError> {
    shown(loaded, known(loaded, name, night)?, name)
}

/// The first `rows` rows of a list by customer, masked: whether columns hold what they should, and nothing of a person.
///
/// # Errors
/// As [`show`].
pub fn preview(loaded: &Loaded, name: &str, rows: usize) -> Result<ListPreview, JobError> {
    let night = known(loaded, name, None)?;
    let folder = run_folder(&loaded.settings.output(&loaded.base), night).join("audiences").join(name);
    let Some(mut reader) = MemberReader::of_audience(&folder)? else {
        return Ok(ListPreview { headers: Vec::new(), rows: Vec::new() });
    };
    let headers = reader.headers().to_vec();
    let receipt = shown(loaded, night, name)?.receipt;
    let of_person = |header: &String| receipt.addresses.contains(header) || receipt.keys.contains(header);
    let mut masked = Vec::new();
    while masked.len() < rows
        && let Some(member) = reader.next_member()?
    {
        let cell = |(header, cell): (&String, &String)| {
            if of_person(header) || *cell == member.customer_id { mask(cell) } else { cell.clone() }
        };
        masked.push(headers.iter().zip(&member.cells).map(cell).collect());
    }
    Ok(ListPreview { headers, rows: masked })
}

/// Confirms that lists of a night were uploaded; `name`: one of them, `None` = all.
///
/// # Errors
/// As [`show`]; errors of the lock and of the disk.
pub fn confirm(loaded: &Loaded, name: Option<&str>, night: Option<NaiveDate>) -> Result<ListConfirmed, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let night = match name {
        Some(name) => known(loaded, name, night)?,
        None => of(loaded, night)?,
    };
    let audiences = match name {
        Some(name) => vec![name.to_owned()],
        None => names(loaded, night)?,
    };
    let lock = OutputLock::acquire(&out)?;
    let mut confirmed = Confirmations::read(&out)?;
    for audience in &audiences {
        confirmed.confirm(&lock, audience, night)?;
    }
    Ok(ListConfirmed { audiences, night: night.to_string() })
}

/// The night asked for, or the latest.
fn of(loaded: &Loaded, night: Option<NaiveDate>) -> Result<NaiveDate, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let published = published_nights(&out)?;
    match night {
        Some(night) if published.contains(&night) => Ok(night),
        Some(night) => Err(unknown("night", &night.to_string(), published.iter().map(ToString::to_string).collect())),
        None => latest_night(&out)?.ok_or(JobError::NoNight { out }),
    }
}

/// The night, if it holds the list.
fn known(loaded: &Loaded, name: &str, night: Option<NaiveDate>) -> Result<NaiveDate, JobError> {
    let night = of(loaded, night)?;
    let plain = !name.contains(['/', '\\']) && name != ".." && name != ".";
    if plain && has(&run_folder(&loaded.settings.output(&loaded.base), night), name) {
        return Ok(night);
    }
    Err(unknown("audience", name, names(loaded, night)?))
}

fn unknown(kind: &'static str, asked: &str, known: Vec<String>) -> JobError {
    let nearest = nearest(asked, known.iter().map(String::as_str));
    JobError::Unknown { kind, seen: asked.to_owned(), nearest }
}

/// Names of the lists of a night.
fn names(loaded: &Loaded, night: NaiveDate) -> Result<Vec<String>, JobError> {
    let folder = run_folder(&loaded.settings.output(&loaded.base), night).join("audiences");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(AudienceError::Disk { path: folder, source }.into()),
    };
    let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn shown(loaded: &Loaded, night: NaiveDate, name: &str) -> Result<ListShown, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let folder = run_folder(&out, night).join("audiences").join(name);
    let read = |file: &str| {
        let path = folder.join(file);
        plain_file::read_text(&path).map_err(|source| AudienceError::Disk { path, source })
    };
    let (document, text) = (read("receipt.json")?, read("RECEIPT.txt")?);
    let receipt = serde_json::from_str(&document).map_err(|error| AudienceError::Disk {
        path: folder.join("receipt.json"),
        source: std::io::Error::other(error.to_string()),
    })?;
    let confirmed = Confirmations::read(&out)?.newest(name).map(|night| night.to_string());
    Ok(ListShown { receipt, confirmed, text })
}

/// A cell of which nobody is known: the first letter of each half of an address, the last two digits of a number, the first and
/// last sign of an id.
fn mask(cell: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    if let Some((local, host)) = cell.split_once('@') {
        return format!("{}…@{}…", first(local), first(host));
    }
    let n = cell.chars().count();
    let last: String = cell.chars().skip(n.saturating_sub(2)).collect();
    match n {
        0 => String::new(),
        1..=3 => cell.to_owned(),
        _ if cell.starts_with('+') => format!("+…{last}"),
        _ => format!("{}…{last}", first(cell)),
    }
}

impl fmt::Display for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.night {
            Some(night) => writeln!(f, "Lists of the night {night}:")?,
            None => writeln!(f, "No night is published yet.")?,
        }
        if self.night.is_some() && self.lists.is_empty() {
            writeln!(f, "  none: no source tells an e-mail address or a phone number, or `audiences = []`")?;
        }
        for ListShown { receipt, confirmed, .. } in &self.lists {
            let confirmed = confirmed.as_deref().unwrap_or("never");
            writeln!(
                f,
                "  {:<44} {:<10} {:>9} of {:>9} meant, confirmed {confirmed}",
                receipt.audience, receipt.template, receipt.members, receipt.meant
            )?;
        }
        writeln!(f, "Templates that ship: {}.", self.templates.join(", "))?;
        write!(f, "`valueseg audiences show NAME` says what to click.")
    }
}

impl fmt::Display for ListShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)?;
        match &self.confirmed {
            Some(night) => write!(f, "Last confirmed: {night}."),
            None => write!(f, "No upload was confirmed yet."),
        }
    }
}

impl fmt::Display for ListPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headers.join(","))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{}", row.join(",")))
    }
}

impl fmt::Display for ListConfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Confirmed: {} of the night {}.", self.audiences.join(", "), self.night)?;
        write!(f, "Later changes are told against this night.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_masked_cell_nobody_is_known() {
        for (cell, masked) in [
            ("jane.doe@mail.example", "j…@m…"),
            ("+4930123456", "+…56"),
            ("C00000012", "C…12"),
            ("S01", "S01"),
            ("", ""),
        ] {
            assert_eq!(mask(cell), masked);
        }
    }
}
