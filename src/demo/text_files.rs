//! The CSV and JSON-lines files of the demo.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::DateTime;

use super::customer::{BAD_RATINGS, Customer};
use super::error::DemoError;
use super::sheet::Sheet;
use super::survey::{Answer, Response};
use super::time::Moment;
use super::world::World;
use crate::tables::plain_file;

/// Rows no survey tool should let through: element, rating, date; the last has a date only a form would take.
const BAD_ROWS: [(&str, &str, &str); BAD_RATINGS] = [
    ("quality", "11", "2026-10-20"),
    ("speedy_service", "7", "2026-10-21"),
    ("variety", "-3", "2026-10-22"),
    ("saves_time", "8", "2026-02-30"),
];

/// What a CSV file of the demo holds.
#[derive(Clone, Copy)]
pub(super) enum CsvContent {
    /// Ratings of one wave of the survey.
    Ratings(u8),
    /// Attitude questions of both waves, about us and about competitors.
    Attitudes,
    /// What earlier plans did to whom.
    Treatments,
}

/// A CSV file being written.
pub(super) struct CsvSheet {
    path: PathBuf,
    content: CsvContent,
    writer: csv::Writer<File>,
}

impl CsvSheet {
    pub(super) fn create(path: PathBuf, content: CsvContent) -> Result<Self, DemoError> {
        let mut writer = csv::Writer::from_path(&path).map_err(DemoError::csv(&path))?;
        let header: &[&str] = match content {
            CsvContent::Ratings(_) => &["customer", "element", "aspect", "rating", "answer", "answered_on", "brand"],
            CsvContent::Attitudes => &["customer", "question", "value", "answered_on", "brand"],
            CsvContent::Treatments => &["customer", "play", "sent_on", "arm", "outcome"],
        };
        writer.write_record(header).map_err(DemoError::csv(&path))?;
        Ok(Self { path, content, writer })
    }

    fn ratings(&mut self, customer: &Customer, response: &Response) -> Result<(), csv::Error> {
        let id = customer.person.id();
        let day = response.answered_on.to_string();
        for (element, importance, fulfillment) in &response.ratings {
            for (aspect, answer) in [("importance", importance), ("fulfillment", fulfillment)] {
                let rating = answer.rating().map_or_else(String::new, |r| r.to_string());
                self.writer.write_record([&id, element.slug(), aspect, &rating, word(*answer), &day, "own"])?;
            }
        }
        if let Some(bad) = customer.dirt.bad_rating {
            let (element, rating, day) = BAD_ROWS[bad];
            self.writer.write_record([&id, element, "importance", rating, "rated", day, "own"])?;
        }
        for (brand, element, rating) in &response.rival_ratings {
            let rating = rating.to_string();
            self.writer.write_record([&id, element.slug(), "fulfillment", &rating, "rated", &day, brand])?;
        }
        Ok(())
    }

    fn attitudes(&mut self, customer: &Customer, response: &Response) -> Result<(), csv::Error> {
        let id = customer.person.id();
        let day = response.answered_on.to_string();
        for (question, value) in &response.attitudes {
            self.writer.write_record([&id, question, &value.to_string(), &day, "own"])?;
        }
        for rival in &response.rivals {
            self.writer.write_record([&id, &rival.question, &rival.value.to_string(), &day, rival.brand])?;
        }
        Ok(())
    }

    fn treatments(&mut self, customer: &Customer) -> Result<(), csv::Error> {
        let id = customer.person.id();
        for treatment in &customer.treatments {
            let arm = if treatment.treated { "treated" } else { "control" };
            let outcome = match (treatment.treated, treatment.reached) {
                (false, _) => "",
                (true, true) => "delivered",
                (true, false) => "bounced",
            };
            self.writer.write_record([&id, treatment.play, &treatment.day.to_string(), arm, outcome])?;
        }
        Ok(())
    }
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Rated(_) => "rated",
        Answer::NotApplicable => "not_applicable",
        Answer::Refused => "refused",
    }
}

impl Sheet for CsvSheet {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, _: &World, customers: &[Customer]) -> Result<(), DemoError> {
        for customer in customers {
            let written = match (self.content, &customer.response) {
                (CsvContent::Ratings(wave), Some(response)) if wave == response.wave => {
                    self.ratings(customer, response)
                }
                (CsvContent::Attitudes, Some(response)) => self.attitudes(customer, response),
                (CsvContent::Treatments, _) => self.treatments(customer),
                (CsvContent::Ratings(_) | CsvContent::Attitudes, _) => Ok(()),
            };
            written.map_err(DemoError::csv(&self.path))?;
        }
        Ok(())
    }

    fn close(mut self: Box<Self>) -> Result<(), DemoError> {
        self.writer.flush().map_err(DemoError::write(&self.path))
    }
}

/// `in/feedback.jsonl` being written.
pub(super) struct FeedbackSheet {
    path: PathBuf,
    writer: BufWriter<File>,
}

impl FeedbackSheet {
    pub(super) fn create(path: PathBuf) -> Result<Self, DemoError> {
        let file = plain_file::create(&path, 0o666).map_err(DemoError::write(&path))?;
        Ok(Self { path, writer: BufWriter::new(file) })
    }

    fn line(&mut self, customer: &Customer, k: usize) -> Result<(), std::io::Error> {
        let feedback = &customer.feedback[k];
        let written = if k == 0 && customer.dirt.worded_date { "last Tuesday".to_owned() } else { iso(feedback.at) };
        let line = serde_json::json!({
            "customer": customer.person.id(),
            "written": written,
            "message": feedback.text,
            "score": feedback.rating,
            "channel": feedback.channel,
            "public": feedback.public,
            "answered_at": feedback.answered_at.map(iso),
        });
        serde_json::to_writer(&mut self.writer, &line)?;
        self.writer.write_all(b"\n")
    }
}

impl Sheet for FeedbackSheet {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, _: &World, customers: &[Customer]) -> Result<(), DemoError> {
        for customer in customers {
            for k in 0..customer.feedback.len() {
                self.line(customer, k).map_err(DemoError::write(&self.path))?;
            }
        }
        Ok(())
    }

    fn close(mut self: Box<Self>) -> Result<(), DemoError> {
        self.writer.flush().map_err(DemoError::write(&self.path))
    }
}

/// ISO 8601 with the zone, as web forms send it.
fn iso(at: Moment) -> String {
    let moment = DateTime::from_timestamp_micros(at).expect("moments of the demo lie in our century");
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::catalogue::ElementId;

    #[test]
    fn every_bad_row_is_bad_in_one_way() {
        for (element, rating, day) in BAD_ROWS {
            let rating: f64 = rating.parse().unwrap();
            let bad = [
                ElementId::parse(element).is_none(),
                !(0.0..=10.0).contains(&rating),
                NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err(),
            ];
            assert_eq!(bad.iter().filter(|b| **b).count(), 1, "{element} {rating} {day}");
        }
    }

    #[test]
    fn moments_are_written_with_their_zone() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
    }
}
