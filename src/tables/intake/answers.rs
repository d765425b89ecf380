//! Judging answers: one per row, or one respondent per row.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float32Array, Float32Builder, Int32Array, RecordBatch, StringArray, new_null_array,
};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::Result;

use super::super::contract::OnBad;
use super::super::ledger::RejectCode;
use super::super::spec::TableName;
use super::cast::Bad;
use super::cells::{aspect_of, element_of};
use super::check::{Checker, Judged, Output};
use super::mapping::{DURATION, Scale};
use super::places::Notes;
use super::rivals::rival_rows;
use super::scale::{Watch, seconds};
use crate::model::rows::Aspect;

impl Checker {
    /// One respondent per row. A bad answer is an absent answer; the row stays.
    pub(super) fn check_wide(
        &self,
        batch: &RecordBatch,
        scale: &Scale,
        cells: &[usize],
        mut judged: Judged,
        notes: &mut Notes,
    ) -> Result<RecordBatch> {
        let inputs = &self.mapping.inputs;
        let first = inputs.len() - cells.len();
        let ids = self.read_plain(batch, "customer_id", &mut judged).expect("wide tables have an id");
        let asked = self.asked_at(batch, &mut judged);
        notes.watched.columns.resize(cells.len(), Watch::default());
        self.time(batch, notes);
        let mut answers: Vec<ArrayRef> = Vec::with_capacity(cells.len());
        for (i, at) in (first..inputs.len()).enumerate() {
            let before = notes.watched.columns[i].not_applicable;
            let (ratings, bad) = scale.read(batch.column(at), self.decimal, &mut notes.watched.columns[i]);
            judged.columns[at].read += notes.watched.columns[i].not_applicable - before;
            judged.column(at, &inputs[at], &ratings, bad);
            let turned = scale.turned.contains(&cells[i]);
            answers.push(Arc::new(if turned { turn(&ratings, |_| true) } else { ratings }));
        }
        let mut content = vec![Arc::clone(&ids)];
        content.extend(answers.iter().cloned());
        let order = judged.places.order(self.spec, &content)?;
        let mut arrays = vec![ids, asked, order];
        let Output::Wide(wanted) = &self.setting.output else { unreachable!("wide specs give wide rows") };
        for cell in wanted {
            let own = cells.iter().position(|own| own == cell);
            arrays.push(own.map_or_else(|| new_null_array(&DataType::Float32, judged.n), |i| Arc::clone(&answers[i])));
        }
        judged.finish(batch, RecordBatch::try_new(Arc::clone(&self.schema), arrays)?, notes)
    }

    /// One answer per row.
    pub(super) fn check_long(
        &self,
        batch: &RecordBatch,
        scale: &Scale,
        mut judged: Judged,
        notes: &mut Notes,
    ) -> Result<RecordBatch> {
        let ids = self.read_plain(batch, "customer_id", &mut judged).expect("required");
        let asked = self.asked_at(batch, &mut judged);
        let cells = self.cells_of(batch, &mut judged);
        let value = if self.setting.table == TableName::Ratings { "rating" } else { "value" };
        let at = self.input(value).expect("required");
        let cell_names = self.setting.cells.as_ref().expect("answers have cells");
        notes.watched.columns.resize(1 + cell_names.names().len(), Watch::default());
        let before = notes.watched.columns[0].not_applicable;
        let (ratings, bad) = scale.read(batch.column(at), self.decimal, &mut notes.watched.columns[0]);
        judged.columns[at].read += (ratings.len() - ratings.null_count()) as u64;
        judged.columns[at].read += notes.watched.columns[0].not_applicable - before;
        watch_cells(&mut notes.watched.columns[1..], scale, &cells, &ratings, &bad);
        let is_turned = |i: usize| scale.turned.contains(&(cells[i] as usize));
        let ratings = if scale.turned.is_empty() { ratings } else { turn(&ratings, is_turned) };
        judged.faults(at, bad, OnBad::Row);
        let ratings = self.without_unanswered(batch, at, ratings, &mut judged);
        let brands = self.set_other_brands_aside(batch, &mut judged);
        let cells = Int32Array::from(cells);
        let content: [ArrayRef; 2] = [Arc::new(cells.clone()), Arc::new(ratings.clone())];
        let order = judged.places.order(self.spec, &content)?;
        debug_assert!(cells.values().iter().all(|&cell| !cell_names.name(cell as usize).is_empty()));
        let arrays = match &self.setting.output {
            Output::Wide(wanted) => {
                let mut arrays = vec![ids, asked, order];
                arrays.extend(wanted.iter().map(|&cell| only(&ratings, &cells, cell)));
                arrays
            }
            Output::Rivals => {
                let brands = brands.unwrap_or_else(|| new_null_array(&DataType::Utf8, judged.n));
                vec![ids, asked, order, Arc::new(cells), Arc::new(ratings), brands]
            }
            _ => vec![ids, asked, order, Arc::new(cells) as ArrayRef, Arc::new(ratings) as ArrayRef],
        };
        judged.finish(batch, RecordBatch::try_new(Arc::clone(&self.schema), arrays)?, notes)
    }

    /// Notes how long respondents took, where the table says so.
    fn time(&self, batch: &RecordBatch, notes: &mut Notes) {
        let Some(at) = self.input(DURATION) else { return };
        let (array, _) = self.cast(batch.column(at), &self.mapping.inputs[at]);
        for seconds in array.as_primitive::<Float64Type>().iter().flatten().filter_map(seconds) {
            *notes.watched.seconds.entry(seconds).or_default() += 1;
        }
    }

    fn input(&self, name: &str) -> Option<usize> {
        self.mapping.inputs.iter().position(|input| input.name == name)
    }

    /// A column cast by its own rule, faults noted; `None` where it is not mapped.
    fn read_plain(&self, batch: &RecordBatch, name: &str, judged: &mut Judged) -> Option<ArrayRef> {
        let at = self.input(name)?;
        let input = &self.mapping.inputs[at];
        let (array, bad) = self.cast(batch.column(at), input);
        judged.column(at, input, &array, bad);
        Some(array)
    }

    fn asked_at(&self, batch: &RecordBatch, judged: &mut Judged) -> ArrayRef {
        match self.read_plain(batch, "asked_at", judged) {
            Some(moments) => {
                self.set_dated_aside(&moments, judged);
                moments
            }
            None => new_null_array(&self.times.moment_type(), judged.n),
        }
    }

    /// The cell each row answers; 0 for rows that are rejected.
    fn cells_of(&self, batch: &RecordBatch, judged: &mut Judged) -> Vec<i32> {
        let ratings = self.setting.table == TableName::Ratings;
        let at = self.input(if ratings { "element" } else { "question" }).expect("required");
        let input = &self.mapping.inputs[at];
        let (text, bad) = self.cast(batch.column(at), input);
        judged.column(at, input, &text, bad);
        let cells = self.setting.cells.as_ref().expect("answers have cells");
        let aspects = self.input("aspect").and_then(|at| Some((at, self.read_plain(batch, "aspect", judged)?)));
        let mut out = vec![0; judged.n];
        // Answers come in runs of the same question; the last one read is often the next one.
        let mut last: Option<(String, Option<usize>)> = None;
        for (i, text) in text.as_string::<i32>().iter().enumerate() {
            let Some(text) = text else { continue };
            let known = match &last {
                Some((seen, known)) if seen == text => *known,
                _ => {
                    let known = if ratings { element_of(text).map(|e| e.index()) } else { cells.question(text) };
                    last = Some((text.to_owned(), known));
                    known
                }
            };
            let Some(known) = known else {
                let code = if ratings { RejectCode::UnknownElement } else { RejectCode::UnknownQuestion };
                judged.not_understood(i, at, code);
                continue;
            };
            out[i] = known as i32;
            if let Some((at, aspect)) = aspects.as_ref().filter(|_| ratings) {
                let aspect = aspect.as_string::<i32>();
                match aspect.is_valid(i).then(|| aspect_of(aspect.value(i))) {
                    Some(Some(Aspect::Importance)) => continue,
                    Some(None) => {
                        judged.not_understood(i, *at, RejectCode::UnknownAspect);
                    }
                    Some(Some(Aspect::Fulfillment)) | None => {}
                }
            }
            if ratings {
                out[i] += crate::catalogue::N_ELEMENTS as i32;
            }
        }
        out
    }

    /// An absent rating is a fault unless `answer` says why, or "does not apply" was answered.
    fn without_unanswered(
        &self,
        batch: &RecordBatch,
        at: usize,
        ratings: Float32Array,
        judged: &mut Judged,
    ) -> Float32Array {
        let answer = self.read_plain(batch, "answer", judged);
        let answer = answer.as_ref().and_then(|array| array.as_string_opt::<i32>());
        let given = batch.column(at);
        let mut out = Float32Builder::with_capacity(ratings.len());
        for (i, rating) in ratings.iter().enumerate() {
            let kind = answer.filter(|answer| answer.is_valid(i)).map_or("rated", |answer| answer.value(i));
            if kind == "not_asked" {
                judged.set_aside(i, "not_asked");
            }
            if kind == "rated" && rating.is_none() && is_empty(given, i) {
                judged.columns[at].missing += 1;
                judged.rejected.entry(i).or_insert((at, RejectCode::Missing));
            }
            out.append_option(rating.filter(|_| kind == "rated"));
        }
        out.finish()
    }

    /// Whether the spec says whom an answer is about.
    pub(super) fn has_brand(&self) -> bool {
        self.input("brand").is_some()
    }

    /// Keeps the rows about the company, or, where that is what is asked for, those about competitors; gives the brands.
    fn set_other_brands_aside(&self, batch: &RecordBatch, judged: &mut Judged) -> Option<ArrayRef> {
        let brands = self.read_plain(batch, "brand", judged)?;
        let wanted = self.setting.output == Output::Rivals;
        for (i, rival) in rival_rows(&brands).into_iter().enumerate() {
            if rival != wanted {
                judged.set_aside(i, "other_brand");
            }
        }
        Some(brands)
    }
}

/// The answers with those that were asked the other way round turned on 0–10.
fn turn(ratings: &Float32Array, is_turned: impl Fn(usize) -> bool) -> Float32Array {
    let turned = |(i, rating): (usize, Option<f32>)| rating.map(|x| if is_turned(i) { 10.0 - x } else { x });
    ratings.iter().enumerate().map(turned).collect()
}

/// What was seen of each cell of a table with one answer per row, on the scale as it was asked.
fn watch_cells(watches: &mut [Watch], scale: &Scale, cells: &[i32], ratings: &Float32Array, bad: &Bad) {
    for (rating, cell) in ratings.iter().zip(cells) {
        if let Some(rating) = rating {
            let asked = scale.worst + f64::from(rating) * (scale.best - scale.worst) / 10.0;
            // Single precision left and came back: what was whole is whole again.
            let near = asked.round();
            watches[*cell as usize].see_one(if (asked - near).abs() < 1e-4 { near } else { asked });
        }
    }
    for (i, _) in bad.iter().filter(|(_, code)| *code == RejectCode::OffScale) {
        watches[cells[*i] as usize].see_off_unknown();
    }
}

fn is_empty(array: &ArrayRef, i: usize) -> bool {
    array.is_null(i) || array.as_string_opt::<i32>().is_some_and(|text: &StringArray| text.value(i).trim().is_empty())
}

/// The answers to one cell, absent elsewhere.
fn only(ratings: &Float32Array, cells: &Int32Array, cell: usize) -> ArrayRef {
    let answers = ratings.iter().zip(cells.values()).map(|(rating, own)| rating.filter(|_| *own == cell as i32));
    Arc::new(answers.collect::<datafusion::arrow::array::PrimitiveArray<Float32Type>>())
}
