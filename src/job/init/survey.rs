//! Answers in a file: ratings of elements, and questions about the company as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::elements::{Cues, Evidence, Spoken, aspect};
use super::likert::{Answers, answers};
use super::look::Find;
use super::mapped::{Change, Confidence, MappedTable, Offer, Question};
use super::rows::{Draft, Filled};
use super::shape::Shape;
use super::tokens::{any, plain};
use super::when::{date_question, format_of, when};
use crate::catalogue::ElementId;
use crate::model::rows::Aspect;
use crate::tables::contract::QUESTIONS;
use crate::tables::spec::{Answer, TableName, WideSpec};

/// What a file asks.
#[derive(Default)]
pub(super) struct Asked {
    /// Tables of answers.
    pub(super) tables: Vec<MappedTable>,
    /// Columns that are read as answers.
    pub(super) used: BTreeSet<String>,
    /// Columns that look like answers of a scale, whatever they are about.
    pub(super) items: usize,
}

/// A column of answers to an element.
struct Item<'a> {
    shape: &'a Shape,
    spoken: Spoken,
    aspect: Option<Aspect>,
    answers: Answers,
}

/// What a file asks of whom.
pub(super) fn asked(draft: &Draft<'_>, cues: &Cues) -> Asked {
    let mut asked = Asked::default();
    if long(draft, &mut asked) {
        return asked;
    }
    let find = draft.find;
    let scaled: Vec<(&Shape, Answers)> = find
        .usable()
        .filter(|shape| may_be_answer(shape, draft))
        .filter_map(|shape| Some((shape, answers(shape)?)))
        .collect();
    asked.items = scaled.len();
    let whole = questions(find, &scaled);
    let taken: Vec<&str> = whole.iter().map(|question| question.shape.name.as_str()).collect();
    let mut items: Vec<Item<'_>> = Vec::new();
    for (shape, answers) in scaled.iter().filter(|(shape, _)| !taken.contains(&shape.name.as_str())) {
        if let Some(spoken) = cues.speaks(&shape.name, shape.label.as_deref()) {
            let aspect = aspect(&shape.name, shape.label.as_deref());
            items.push(Item { shape, spoken, aspect, answers: answers.clone() });
        }
    }
    let named = items.iter().filter(|item| item.spoken.evidence == Evidence::Name).count();
    // Words alone are no proof: an interest in "reading" rates nobody. Something in the file must ask for a judgment.
    let asking = items.iter().filter(|item| item.aspect.is_some()).count();
    let judged =
        !whole.is_empty() || named >= 2 && 5 * named >= scaled.len() || asking >= 2 && 5 * asking >= scaled.len();
    items.retain(|item| judged || item.spoken.evidence == Evidence::Name && 5 * named >= scaled.len());
    let chosen = one_each(items);
    for item in &chosen {
        asked.used.insert(item.shape.name.clone());
    }
    asked.tables.extend(ratings(draft, &chosen, named));
    for question in &whole {
        asked.used.insert(question.shape.name.clone());
    }
    asked.tables.extend(attitudes(draft, &whole));
    asked
}

/// One answer a row: element and rating, or question and value, in columns of their own.
fn long(draft: &Draft<'_>, asked: &mut Asked) -> bool {
    let find = draft.find;
    let named = |known: &dyn Fn(&str) -> bool| {
        find.usable().find(|shape| {
            let all: usize = shape.words.iter().map(|(_, count)| count).sum();
            let good: usize = shape.words.iter().filter(|(word, _)| known(word)).map(|(_, count)| count).sum();
            all > 0
                && shape.words.len() <= 60
                && good * 10 >= all * 9
                && shape.words.iter().any(|(word, _)| known(word))
        })
    };
    let element = named(&|word| ElementId::parse(word).is_some());
    let question = named(&|word| {
        QUESTIONS.iter().any(|(known, _)| *known == word) || word.starts_with("want_") || word.starts_with("helps_")
    });
    let (table, about, canonical, value) = match (element, question) {
        (Some(shape), _) => (TableName::Ratings, shape, "element", "rating"),
        (None, Some(shape)) => (TableName::Attitudes, shape, "question", "value"),
        (None, None) => return false,
    };
    let rated = |shape: &&Shape| {
        shape.is_number()
            && shape.name != about.name
            && any(&shape.tokens, &["rating", "value", "score", "answer", "response", "points"])
    };
    let Some((given, read)) = find.usable().find(rated).and_then(|shape| Some((shape, answers(shape)?))) else {
        return false;
    };
    let mut columns = vec![
        (canonical.to_owned(), Filled::Column(about.name.clone())),
        (value.to_owned(), Filled::Column(given.name.clone())),
    ];
    let words = |list: &'static [&'static str]| {
        find.usable().find(|shape| {
            !shape.words.is_empty() && shape.words.iter().all(|(word, _)| list.contains(&word.to_lowercase().as_str()))
        })
    };
    if table == TableName::Ratings {
        if let Some(shape) = words(&["importance", "fulfillment", "fulfilment"]) {
            columns.push(("aspect".to_owned(), Filled::Column(shape.name.clone())));
        }
        if let Some(shape) = words(&["rated", "not_applicable", "not_asked", "refused"]) {
            columns.push(("answer".to_owned(), Filled::Column(shape.name.clone())));
        }
    }
    if let Some(shape) = find.usable().find(|shape| any(&shape.tokens, &["brand", "competitor"])) {
        columns.push(("brand".to_owned(), Filled::Column(shape.name.clone())));
    }
    let mut questions = Vec::new();
    let mut date_format = None;
    if let Some(shape) = when(find, &[]) {
        columns.push(("asked_at".to_owned(), Filled::Column(shape.name.clone())));
        date_format = format_of(shape);
        questions.extend(date_question(shape));
    }
    for (_, filled) in &columns {
        if let Filled::Column(column) = filled {
            asked.used.insert(column.clone());
        }
    }
    let mut spec = draft.rows(table, &columns, Vec::new());
    spec.scale = Some(read.scale);
    // A few strays are bad cells, not codes, where every row says what became of its answer.
    spec.not_applicable = read.not_applicable;
    spec.date_format = date_format;
    let reason = format!(
        "`{}` holds ids of the {}",
        shown(&about.name),
        if table == TableName::Ratings { "elements" } else { "questions" }
    );
    asked.tables.push(MappedTable { table, spec, confidence: Confidence::High, reason, questions });
    true
}

fn may_be_answer(shape: &Shape, draft: &Draft<'_>) -> bool {
    let key = matches!(&draft.key.place, super::key::KeyPlace::Column(column) if *column == shape.name);
    !key && shape.dates.is_none()
        && !any(
            &shape.tokens,
            &[
                "id", "age", "year", "month", "day", "hour", "week", "count", "number", "num", "qty", "quantity",
                "gender", "sex", "income", "salary", "price", "amount", "zip", "phone", "minutes", "hours", "distance",
                "weight", "height", "tenure", "balance",
            ],
        )
}

/// A question about the company as a whole and its column.
struct Whole<'a> {
    shape: &'a Shape,
    question: &'static str,
    answers: Answers,
    strength: u8,
}

/// Questions about the company as a whole: the strongest column for each.
fn questions<'a>(find: &Find, scaled: &[(&'a Shape, Answers)]) -> Vec<Whole<'a>> {
    let mut found: Vec<Whole<'a>> = Vec::new();
    for (shape, answers) in scaled {
        let Some((question, strength)) = question_of(find, shape, answers) else { continue };
        let whole = Whole { shape, question, answers: answers.clone(), strength };
        match found.iter_mut().find(|own| own.question == question) {
            Some(own) if own.strength < strength => *own = whole,
            Some(_) => {}
            None => found.push(whole),
        }
    }
    found
}

fn question_of(find: &Find, shape: &Shape, answers: &Answers) -> Option<(&'static str, u8)> {
    let words = super::tokens::tokens(&shape.wording());
    let begins = |start: &str| words.iter().any(|word| word.starts_with(start));
    let has = |list: &[&str]| any(&words, list);
    let glued = plain(&shape.name);
    let exact = QUESTIONS.iter().map(|(question, _)| *question).find(|question| plain(question) == glued);
    if let Some(question) = exact {
        return Some((question, 9));
    }
    if begins("recommend") || has(&["nps", "promoter"]) || begins("weiterempf") {
        return Some(("recommend", 8));
    }
    if has(&["score"]) && any(&find.stem, &["nps", "promoter"]) && answers.scale[1] >= 10.0 {
        return Some(("recommend", 7));
    }
    let overall = has(&["overall", "general", "total", "all", "whole", "gesamt"]);
    if has(&["csat"]) || begins("satisf") && (overall || words.len() <= 3) && !begins("import") {
        return Some(("satisfaction", if overall { 8 } else { 6 }));
    }
    if overall && (has(&["rating", "score", "rate", "stars", "experience"])) {
        return Some(("satisfaction", 7));
    }
    let reviews = any(&find.stem, &["review", "reviews"]);
    if has(&["average", "avg", "mean", "number", "count", "total", "helpful"]) {
        return None;
    }
    if reviews && words.len() <= 3 && has(&["score", "rating", "stars", "overall"]) {
        let own = has(&["reviewer", "review", "overall"]);
        return Some(("satisfaction", if own { 6 } else { 5 }));
    }
    if words.len() <= 2 && has(&["rating", "stars", "like", "liking", "happiness", "happy"])
        || words == ["score"] && any(&find.stem, &["review", "reviews", "feedback"])
    {
        return Some(("satisfaction", 4));
    }
    let suffix = QUESTIONS
        .iter()
        .map(|(question, _)| *question)
        .find(|question| glued.len() > 6 && glued.ends_with(&plain(question)));
    suffix.filter(|question| *question != "satisfaction" && *question != "different").map(|question| (question, 5))
}

/// The strongest column for each element and aspect, in the order of the file.
fn one_each(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    let mut chosen: Vec<Item<'_>> = Vec::new();
    // What is not said is read as fulfillment, so it would answer the same cell.
    let asks = |item: &Item<'_>| item.aspect.unwrap_or(Aspect::Fulfillment);
    for item in items {
        let rank = |item: &Item<'_>| (item.spoken.evidence, item.spoken.letters);
        match chosen.iter_mut().find(|own| own.spoken.element == item.spoken.element && asks(own) == asks(&item)) {
            Some(own) if rank(own) < rank(&item) => *own = item,
            Some(_) => {}
            None => chosen.push(item),
        }
    }
    chosen
}

/// Items that are read alike: one scale, one aspect.
struct Alike<'a> {
    aspect: Option<Aspect>,
    scale: [f64; 2],
    or: Option<[f64; 2]>,
    not_applicable: Vec<Answer>,
    values: BTreeMap<String, f64>,
    items: Vec<&'a Item<'a>>,
}

fn ratings(draft: &Draft<'_>, items: &[Item<'_>], named: usize) -> Vec<MappedTable> {
    let file = aspect(&draft.find.stem.join(" "), None);
    let mut groups: Vec<Alike<'_>> = Vec::new();
    let pooled = pool(items);
    for (item, pooled) in items.iter().zip(&pooled) {
        let aspect = item.aspect.or(file);
        let turned = item.spoken.turned && item.spoken.evidence != Evidence::Name;
        let scale = if turned { [pooled[1], pooled[0]] } else { *pooled };
        let group = groups.iter_mut().find(|group| group.aspect == aspect && group.scale == scale);
        let group = match group {
            Some(group) => group,
            None => {
                groups.push(Alike {
                    aspect,
                    scale,
                    or: None,
                    not_applicable: Vec::new(),
                    values: BTreeMap::new(),
                    items: Vec::new(),
                });
                groups.last_mut().expect("just pushed")
            }
        };
        group.or = group.or.or(item.answers.or);
        for code in &item.answers.not_applicable {
            if !group.not_applicable.contains(code) {
                group.not_applicable.push(code.clone());
            }
        }
        group.values.extend(item.answers.values.clone());
        group.items.push(item);
    }
    groups.into_iter().map(|group| ratings_of(draft, group, named)).collect()
}

/// The scale of each item: that of the column itself, unless another column of the file goes further from the same start.
fn pool(items: &[Item<'_>]) -> Vec<[f64; 2]> {
    let widest = |item: &Item<'_>| {
        let [low, high] = item.answers.scale;
        let wider = items
            .iter()
            .map(|other| other.answers.scale)
            .filter(|scale| scale[0] == low && scale[1] > high && scale[1] <= 7.0 && high > 1.0);
        let votes = |scale: [f64; 2]| items.iter().filter(|other| other.answers.scale == scale).count();
        let best = wider.max_by_key(|scale| votes(*scale));
        best.filter(|scale| votes(*scale) >= votes([low, high])).unwrap_or([low, high])
    };
    items.iter().map(widest).collect()
}

fn ratings_of(draft: &Draft<'_>, group: Alike<'_>, named: usize) -> MappedTable {
    let on = |code: &Answer| matches!(code, Answer::Number(x) if group.scale[0].min(group.scale[1]) <= *x && *x <= group.scale[0].max(group.scale[1]));
    let not_applicable: Vec<Answer> = group.not_applicable.iter().filter(|code| !on(code)).cloned().collect();
    let dated = when(draft.find, &[]);
    let elements: BTreeMap<String, String> =
        group.items.iter().map(|item| (item.spoken.element.slug().to_owned(), item.shape.name.clone())).collect();
    let wide = WideSpec {
        aspect: Some(group.aspect.unwrap_or(Aspect::Fulfillment)),
        asked_at: dated.map(|shape| shape.name.clone()),
        scale: Some(group.scale),
        elements,
        not_applicable,
        values: group.values,
        ..WideSpec::default()
    };
    let by_name = group.items.iter().filter(|item| item.spoken.evidence == Evidence::Name).count();
    let confidence = match (by_name, group.items.len()) {
        (n, all) if n == all && (n >= 2 || group.aspect.is_some()) => Confidence::High,
        (n, all) if 2 * n >= all || 5 * named >= all => Confidence::Medium,
        _ => Confidence::Low,
    };
    let mut reason = format!(
        "{} columns speak of elements of value, {by_name} by their names; answers lie on {} to {}",
        group.items.len(),
        group.scale[0],
        group.scale[1]
    );
    if by_name < group.items.len() {
        reason.push_str("; compare each element with its question");
    }
    let mut questions = Vec::new();
    if group.aspect.is_none() {
        questions.push(aspect_question());
    }
    questions.extend(scale_question(group.scale, group.or));
    questions.extend(dated.and_then(date_question));
    let spec = draft.wide(wide, dated.and_then(format_of));
    MappedTable { table: TableName::Ratings, spec, confidence, reason, questions }
}

fn aspect_question() -> Question {
    let offer = |aspect: Aspect| Offer { answer: aspect.slug().to_owned(), change: Change::Aspect(aspect) };
    Question {
        key: "aspect".to_owned(),
        text: "was it asked how well you deliver it (fulfillment), or how much it matters (importance)?".to_owned(),
        offers: vec![offer(Aspect::Fulfillment), offer(Aspect::Importance)],
    }
}

fn scale_question(scale: [f64; 2], or: Option<[f64; 2]>) -> Option<Question> {
    let or = or.filter(|or| *or != scale && [or[1], or[0]] != scale)?;
    let or = if scale[0] > scale[1] { [or[1], or[0]] } else { or };
    let offer =
        |scale: [f64; 2]| Offer { answer: format!("{} to {}", scale[0], scale[1]), change: Change::Scale(scale) };
    Some(Question {
        key: "scale".to_owned(),
        text: format!("is the scale {} to {}, worst to best, or {} to {}?", scale[0], scale[1], or[0], or[1]),
        offers: vec![offer(scale), offer(or)],
    })
}

fn attitudes(draft: &Draft<'_>, whole: &[Whole<'_>]) -> Vec<MappedTable> {
    let mut tables: Vec<MappedTable> = Vec::new();
    let dated = when(draft.find, &["survey", "surveyed", "submitted", "recorded", "resolved"]);
    for question in whole {
        let Answers { scale, not_applicable, values, or } = question.answers.clone();
        let asks_ten = question.question == "recommend" && scale == [1.0, 10.0];
        let scale = if asks_ten { [0.0, 10.0] } else { scale };
        let wide = WideSpec {
            asked_at: dated.map(|shape| shape.name.clone()),
            scale: Some(scale),
            questions: BTreeMap::from([(question.question.to_owned(), question.shape.name.clone())]),
            not_applicable,
            values,
            ..WideSpec::default()
        };
        let confidence = if question.strength >= 6 { Confidence::High } else { Confidence::Medium };
        let reason = format!(
            "`{}` asks for {}; answers lie on {} to {}",
            shown(&question.shape.name),
            question.question,
            scale[0],
            scale[1]
        );
        let mut questions: Vec<Question> = scale_question(scale, or.filter(|_| !asks_ten)).into_iter().collect();
        questions.extend(dated.and_then(date_question));
        let spec = draft.wide(wide, dated.and_then(format_of));
        tables.push(MappedTable { table: TableName::Attitudes, spec, confidence, reason, questions });
    }
    tables
}

/// A name of a column, short and in one line, for a comment.
pub(super) fn shown(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).take(60).collect();
    if line.len() < name.len() { format!("{line}…") } else { line }
}
