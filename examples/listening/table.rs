//! How far labels and mentions agree.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use valueseg::catalogue::ElementId;

/// What one sentence was labeled with, and what was found in it.
pub(crate) type Pair = (BTreeMap<ElementId, i8>, BTreeMap<ElementId, i8>);

const RESAMPLES: usize = 1000;
const SEED: u64 = 1;

/// Counts of one element, or of all together.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    labeled: u32,
    found: u32,
    both: u32,
    same_polarity: u32,
}

impl Count {
    fn f1(self) -> f64 {
        2.0 * f64::from(self.both) / f64::from(self.labeled + self.found)
    }

    fn polarity(self) -> f64 {
        f64::from(self.same_polarity) / f64::from(self.both)
    }

    fn line(self, name: &str) -> String {
        let share = |part: u32, whole: u32| match whole {
            0 => "-".to_owned(),
            _ => format!("{:.2}", f64::from(part) / f64::from(whole)),
        };
        format!(
            "{name:22} {:8} {:6} {:5} | {:>9} {:>6} {:>5} | {:>8}",
            self.labeled,
            self.found,
            self.both,
            share(self.both, self.found),
            share(self.both, self.labeled),
            share(2 * self.both, self.labeled + self.found),
            share(self.same_polarity, self.both),
        )
    }
}

/// Agreement over sentences: by element, and together (micro average).
#[derive(Clone, Debug, Default)]
pub(crate) struct Agreement {
    by_element: BTreeMap<ElementId, Count>,
    all: Count,
}

impl Agreement {
    /// Counts all sentences.
    pub(crate) fn of<'a>(sentences: impl IntoIterator<Item = &'a Pair>) -> Self {
        let mut agreement = Self::default();
        for (labeled, found) in sentences {
            for element in ElementId::all() {
                let (label, mention) = (labeled.get(&element), found.get(&element));
                if label.is_none() && mention.is_none() {
                    continue;
                }
                let both = label.is_some() && mention.is_some();
                for count in [agreement.by_element.entry(element).or_default(), &mut agreement.all] {
                    count.labeled += u32::from(label.is_some());
                    count.found += u32::from(mention.is_some());
                    count.both += u32::from(both);
                    count.same_polarity += u32::from(both && label == mention);
                }
            }
        }
        agreement
    }

    /// A table by element, with bootstrap intervals for the last line.
    pub(crate) fn table(&self, part: &str, sentences: &[Pair]) -> String {
        let mut text = format!(
            "part `{part}`: {} sentences\n{:22} labeled  found  both | precision recall    F1 | polarity\n",
            sentences.len(),
            "element"
        );
        for (element, count) in &self.by_element {
            let _ = writeln!(text, "{}", count.line(element.slug()));
        }
        let _ = writeln!(text, "{}", self.all.line("all together (micro)"));
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let drawn: Vec<Count> = (0..RESAMPLES)
            .map(|_| Self::of((0..sentences.len()).map(|_| &sentences[rng.gen_range(0..sentences.len())])).all)
            .collect();
        for (name, measure) in [("micro-F1", Count::f1 as fn(Count) -> f64), ("polarity", Count::polarity)] {
            let mut values: Vec<f64> = drawn.iter().map(|&count| measure(count)).collect();
            values.sort_by(f64::total_cmp);
            let (low, high) = (values[RESAMPLES / 20], values[RESAMPLES - RESAMPLES / 20]);
            let _ = writeln!(text, "{name}: {:.3} (90 % interval {low:.2} to {high:.2})", measure(self.all));
        }
        text
    }
}
