//! What a customer answered about the company as a whole: the questions of the `attitudes` table.

use ndarray::Array2;

use valueseg_catalogue::MOTIVATOR_LIMIT;

/// A question about the company as a whole, answered on 0–10 after mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// How satisfied, all in all.
    Satisfaction,
    /// How likely to recommend us.
    Recommend,
    /// Whether it is a good brand.
    GoodBrand,
    /// Whether it is different from, and better than, the others.
    Different,
    /// How much the best alternative is liked.
    AlternativeLiking,
    /// How much it is a part of who the person is.
    SelfConnection,
    /// How hard it would be to replace.
    Irreplaceable,
    /// Whether it would get a second chance after a serious mistake.
    SecondChance,
    /// How much it is trusted.
    Trust,
    /// The smallest discount elsewhere that would make the person switch, in tenths: 2 = 20 %, 10 = 100 %, or never.
    SwitchDiscount,
    /// How usual it is to compare with others before buying.
    ShopAround,
    /// How easy it was to get what one came for, 10 the easiest.
    Effort,
    /// Whether it was as expected: 5 as expected, 10 much better, 0 much worse.
    Expected,
}

impl Question {
    /// All questions, in the order of the columns of [`Attitudes`].
    pub const ALL: [Self; 13] = [
        Self::Satisfaction,
        Self::Recommend,
        Self::GoodBrand,
        Self::Different,
        Self::AlternativeLiking,
        Self::SelfConnection,
        Self::Irreplaceable,
        Self::SecondChance,
        Self::Trust,
        Self::SwitchDiscount,
        Self::ShopAround,
        Self::Effort,
        Self::Expected,
    ];

    /// The word used in configuration and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Satisfaction => "satisfaction",
            Self::Recommend => "recommend",
            Self::GoodBrand => "good_brand",
            Self::Different => "different",
            Self::AlternativeLiking => "alternative_liking",
            Self::SelfConnection => "self_connection",
            Self::Irreplaceable => "irreplaceable",
            Self::SecondChance => "second_chance",
            Self::Trust => "trust",
            Self::SwitchDiscount => "switch_discount",
            Self::ShopAround => "shop_around",
            Self::Effort => "effort",
            Self::Expected => "expected",
        }
    }
}

/// Answers of some customers, row by row: the questions in the order of [`Question::ALL`], then what each motivator is
/// worth to the person (`want`), then how much the company helps with it (`helps`). All on 0–10; absent = not asked, or
/// not answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Attitudes {
    answers: Array2<f32>,
    asked: Vec<u64>,
    motivators: usize,
}

impl Attitudes {
    /// `n` customers who were asked nothing, in a world of this many motivators.
    ///
    /// # Panics
    /// With more than [`MOTIVATOR_LIMIT`]: the catalogue refuses them.
    #[must_use]
    pub fn unasked(n: usize, motivators: usize) -> Self {
        assert!(motivators <= MOTIVATOR_LIMIT, "the catalogue has at most {MOTIVATOR_LIMIT} motivators");
        let answers = Array2::zeros((n, Question::ALL.len() + 2 * motivators));
        Self { answers, asked: vec![0; n], motivators }
    }

    /// Number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether there is no customer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Number of motivators that could be asked about.
    #[must_use]
    pub fn motivators(&self) -> usize {
        self.motivators
    }

    /// Number of columns: every question, then `want` and `helps` of every motivator.
    #[must_use]
    pub fn columns(&self) -> usize {
        Question::ALL.len() + 2 * self.motivators
    }

    /// Answer to a question, 0–10; `None` = not asked or not answered.
    #[must_use]
    pub fn get(&self, row: usize, question: Question) -> Option<f32> {
        self.at(row, question as usize)
    }

    /// How much the motivator at `place` in the catalogue matters to the person, 0–10; `None` = not known.
    #[must_use]
    pub fn want(&self, row: usize, place: usize) -> Option<f32> {
        self.at(row, Question::ALL.len() + place)
    }

    /// How much the company helps with it, 0–10; `None` = not known.
    #[must_use]
    pub fn helps(&self, row: usize, place: usize) -> Option<f32> {
        self.at(row, Question::ALL.len() + self.motivators + place)
    }

    /// Both answers about a motivator, as [`Attitudes::want`] and [`Attitudes::helps`]; of one that nobody was asked about,
    /// nothing.
    #[must_use]
    pub fn motivator(&self, row: usize, place: usize) -> (Option<f32>, Option<f32>) {
        if place < self.motivators { (self.want(row, place), self.helps(row, place)) } else { (None, None) }
    }

    /// Whether anything at all was answered.
    #[must_use]
    pub fn any(&self, row: usize) -> bool {
        self.asked[row] != 0
    }

    fn at(&self, row: usize, column: usize) -> Option<f32> {
        (self.asked[row] >> column & 1 == 1).then(|| self.answers[[row, column]])
    }

    /// Notes an answer by its column: a place in [`Question::ALL`], or after them `want` and `helps` of the motivators.
    pub fn set(&mut self, row: usize, column: usize, answer: f32) {
        self.answers[[row, column]] = answer;
        self.asked[row] |= 1 << column;
    }

    /// Notes the answer to a question.
    pub fn answer(&mut self, row: usize, question: Question, answer: f32) {
        self.set(row, question as usize, answer);
    }

    /// Notes both answers about a motivator.
    pub fn motivate(&mut self, row: usize, place: usize, want: f32, helps: f32) {
        self.set(row, Question::ALL.len() + place, want);
        self.set(row, Question::ALL.len() + self.motivators + place, helps);
    }

    /// Rows put one after the other; all of the same number of motivators.
    #[must_use]
    pub fn stacked<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let motivators = parts.clone().next().map_or(0, |first| first.motivators);
        let mut all = Self::unasked(parts.clone().map(Self::len).sum(), motivators);
        let mut row = 0;
        for part in parts {
            all.answers.slice_mut(ndarray::s![row..row + part.len(), ..]).assign(&part.answers);
            all.asked[row..row + part.len()].copy_from_slice(&part.asked);
            row += part.len();
        }
        all
    }

    /// The customers at these rows, in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            answers: self.answers.select(ndarray::Axis(0), rows),
            asked: rows.iter().map(|&row| self.asked[row]).collect(),
            motivators: self.motivators,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_under_its_own_question_alone() {
        let mut attitudes = Attitudes::unasked(2, 3);
        attitudes.answer(1, Question::Trust, 7.0);
        attitudes.motivate(1, 2, 8.0, 0.0);
        assert_eq!(attitudes.get(1, Question::Trust), Some(7.0));
        assert_eq!((attitudes.want(1, 2), attitudes.helps(1, 2)), (Some(8.0), Some(0.0)));
        assert_eq!((attitudes.want(1, 1), attitudes.get(1, Question::Recommend)), (None, None));
        assert!(!attitudes.any(0) && attitudes.any(1));
        assert_eq!(attitudes.select(&[1]).get(0, Question::Trust), Some(7.0));
    }

    #[test]
    fn questions_stand_in_the_order_of_their_columns() {
        assert!(Question::ALL.iter().enumerate().all(|(i, question)| *question as usize == i));
    }
}
