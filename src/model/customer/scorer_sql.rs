//! The scorer to take along as one SQL expression.

use std::fmt::Write;

use super::scorer_form::{ScorerForm, SomeAnswers};
use crate::fit::ModelError;

impl ScorerForm {
    /// One SQL expression that gives the segment's id of anybody who answered [`SomeAnswers::least_answers`] questions or
    /// more, null for all others.
    ///
    /// `columns` are SQL expressions of the answers on 0–10, one per question and in their order, null where not answered:
    /// column names, quoted if the database wants them quoted, or conversions of another scale. They go into the text as they
    /// are. A scalar subquery of plain sums, `CASE`, `coalesce`, `sqrt` and `greatest`, numbers in exponent form: the same
    /// text runs in `DuckDB`, `BigQuery` and Postgres. Names that begin with `vs_` are its own.
    ///
    /// # Errors
    /// [`ModelError::ScorerColumns`] unless there are as many columns as questions.
    pub fn to_sql(&self, columns: &[String]) -> Result<String, ModelError> {
        if columns.len() != self.questions.len() {
            return Err(ModelError::ScorerColumns { got: columns.len(), needed: self.questions.len() });
        }
        Ok(self.some.to_sql(columns))
    }
}

impl SomeAnswers {
    /// Level by level, each a subquery of the one before: answers and which there are, sums over answers, the Cholesky root
    /// of P column by column with `y = L⁻¹e` and `z_k = L⁻¹g_k`, scores, the highest.
    fn to_sql(&self, columns: &[String]) -> String {
        let q = self.loadings.first().map_or(0, Vec::len);
        let mut levels = vec![self.answers(columns), self.sums(q)];
        levels.extend((0..q).map(|a| self.eliminate(a, q)));
        levels.push(self.score_columns(q));
        let mut text = String::new();
        for (depth, level) in levels.iter().enumerate() {
            text = if depth == 0 {
                format!("SELECT {level}")
            } else {
                format!("SELECT *, {level}\nFROM ({text}) vs_{depth}")
            };
        }
        let names: Vec<String> = (0..self.segments.len()).map(|k| format!("vs_score{k}")).collect();
        let mut sql = format!("(SELECT CASE WHEN vs_n < {} THEN NULL\n", self.least_answers);
        // With one segment there is nothing to compare; `greatest` of one is refused by some databases.
        let top = if names.len() == 1 { names[0].clone() } else { format!("greatest({})", names.join(", ")) };
        for (name, line) in names.iter().zip(&self.segments) {
            writeln!(sql, "  WHEN {name} = {top} THEN '{}'", line.segment.replace('\'', "''")).expect("a string grows");
        }
        write!(sql, "  END\nFROM ({text}) vs_all)").expect("a string grows");
        sql
    }

    fn answers(&self, columns: &[String]) -> String {
        let cell = |(j, (column, middle)): (usize, (&String, &f64))| {
            format!(
                "CASE WHEN ({column}) IS NULL THEN 0e0 ELSE 1e0 END AS vs_p{j}, coalesce(({column}) - {}, 0e0) AS vs_x{j}",
                number(*middle)
            )
        };
        columns.iter().zip(&self.middle).enumerate().map(cell).collect::<Vec<_>>().join(",\n  ")
    }

    fn sums(&self, q: usize) -> String {
        let n = self.middle.len();
        let sum = |what: char, weight: &dyn Fn(usize) -> f64| {
            let terms = (0..n).map(|j| (weight(j), j)).filter(|(weight, _)| *weight != 0.0);
            let terms: Vec<String> = terms.map(|(weight, j)| format!("{} * vs_{what}{j}", number(weight))).collect();
            if terms.is_empty() { "0e0".to_owned() } else { terms.join(" + ") }
        };
        let mut out = vec![format!("{} AS vs_n", sum('p', &|_| 1.0))];
        for a in 0..q {
            let load = |j: usize| self.precision[j] * self.loadings[j][a];
            for b in 0..=a {
                let one = if a == b { "1e0 + " } else { "" };
                out.push(format!("{one}{} AS vs_m{a}_{b}", sum('p', &|j| load(j) * self.loadings[j][b])));
            }
            out.push(format!("{} AS vs_e{a}", sum('x', &load)));
            for (k, line) in self.segments.iter().enumerate() {
                out.push(format!("{} AS vs_g{k}_{a}", sum('p', &|j| load(j) * line.above[j])));
            }
        }
        for (k, line) in self.segments.iter().enumerate() {
            let of_answers = sum('x', &|j| self.precision[j] * line.above[j]);
            let of_middle = sum('p', &|j| -0.5 * self.precision[j] * line.above[j] * line.above[j]);
            out.push(format!("{of_answers} + {of_middle} AS vs_s{k}"));
        }
        out.join(",\n  ")
    }

    /// Column `a` of the root `L` of P, and element `a` of `y` and `z_k`. With `M` what is left of P after the columns before:
    /// `L_ba = M_ba/√M_aa`.
    fn eliminate(&self, a: usize, q: usize) -> String {
        let less = |of: String, left: &dyn Fn(usize) -> String, right: &dyn Fn(usize) -> String| {
            (0..a).fold(of, |sum, t| format!("{sum} - {} * {}", left(t), right(t)))
        };
        let root = |b: usize| move |t: usize| format!("vs_l{b}_{t}");
        let pivot = format!("sqrt({})", less(format!("vs_m{a}_{a}"), &root(a), &root(a)));
        let mut out = Vec::new();
        for b in a + 1..q {
            out.push(format!("({}) / {pivot} AS vs_l{b}_{a}", less(format!("vs_m{b}_{a}"), &root(b), &root(a))));
        }
        let y = |t: usize| format!("vs_y{t}");
        out.push(format!("({}) / {pivot} AS vs_y{a}", less(format!("vs_e{a}"), &root(a), &y)));
        for k in 0..self.segments.len() {
            let z = |t: usize| format!("vs_z{k}_{t}");
            out.push(format!("({}) / {pivot} AS vs_z{k}_{a}", less(format!("vs_g{k}_{a}"), &root(a), &z)));
        }
        out.join(",\n  ")
    }

    fn score_columns(&self, q: usize) -> String {
        let score = |(k, line): (usize, &super::scorer_form::SomeAnswersLine)| {
            let common =
                (0..q).fold(String::new(), |sum, a| format!("{sum} + (0.5e0 * vs_z{k}_{a} - vs_y{a}) * vs_z{k}_{a}"));
            format!("{} + (vs_s{k}{common}) / {} AS vs_score{k}", number(line.log_share), number(self.temperature))
        };
        self.segments.iter().enumerate().map(score).collect::<Vec<_>>().join(",\n  ")
    }
}

/// A number in exponent form, in parentheses where it is below 0.
fn number(x: f64) -> String {
    if x < 0.0 { format!("({x:e})") } else { format!("{x:e}") }
}

#[cfg(test)]
mod tests {
    use super::super::scorer_form::tests::form;

    #[test]
    fn every_answer_may_be_missing_and_columns_go_in_as_they_are() {
        let sql = form().to_sql(&["cost".to_owned(), "10.0 * (q - 1) / 4".to_owned()]).unwrap();
        assert!(sql.starts_with("(SELECT CASE WHEN vs_n < 1 THEN NULL\n") && sql.ends_with("vs_all)"), "{sql}");
        assert!(sql.contains("coalesce((10.0 * (q - 1) / 4) - 6e0, 0e0) AS vs_x1"), "{sql}");
        // By hand: P = 1 + 1·1² p0 + 0.5·2² p1.
        assert!(sql.contains("1e0 + 1e0 * vs_p0 + 2e0 * vs_p1 AS vs_m0_0"), "{sql}");
        assert!(sql.contains("sqrt(vs_m0_0)") && sql.contains("THEN 'S02'"), "{sql}");
        assert!(form().to_sql(&[]).is_err());
    }
}
