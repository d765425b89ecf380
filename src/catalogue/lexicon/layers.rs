//! From files to lexicons, layer upon layer, one language each.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::super::{CatalogueError, ElementId};
use super::form::{ElementPhrases, LexiconForm, Phrases, SentencesForm};
use super::language::{Given, Language, Part};
use super::spelling::spelled;
use super::{CueKind, Lexicon, LexiconProblem, Meaning, PHRASE_BYTES, Verdict};

/// All languages as read so far, unchecked as a whole.
#[derive(Default)]
pub(in super::super) struct Lexicons(BTreeMap<String, (String, Language)>);

/// A file being read: what errors and entries are made of.
struct Reader<'a> {
    layer: usize,
    file: &'a str,
    text: &'a str,
}

impl Lexicons {
    /// The language in the name of a lexicon's file, or `None` where it is another file.
    pub(in super::super) fn language_of(file: &str) -> Option<&str> {
        file.strip_suffix(".toml")?.strip_prefix("lexicon_")
    }

    /// Adds the file of one language of one layer (0 = shipped). Lists are added to; a phrase of an earlier layer gets
    /// the new meaning; phrases under `off` are taken out first; single values replace.
    pub(in super::super) fn read(&mut self, layer: usize, file: &str, text: &str) -> Result<(), CatalogueError> {
        let form: LexiconForm = toml::from_str(text).map_err(|error| CatalogueError::Syntax {
            file: file.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        let reader = Reader { layer, file, text };
        let expected = Self::language_of(file).unwrap_or_default();
        let code = form.language.get_ref();
        if code != expected || !(2..=3).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_lowercase()) {
            let problem = LexiconProblem::Language { got: code.clone(), expected: expected.to_owned() };
            return Err(reader.wrong(form.language.span(), problem));
        }
        let (last_file, language) = self.0.entry(code.clone()).or_default();
        file.clone_into(last_file);
        reader.fill(language, form)
    }

    /// The languages, by code, each checked as a whole.
    pub(in super::super) fn finish(self) -> Result<Vec<Lexicon>, CatalogueError> {
        self.0.into_iter().map(|(code, (file, language))| language.finish(code, file)).collect()
    }
}

impl Reader<'_> {
    fn wrong(&self, span: Range<usize>, problem: LexiconProblem) -> CatalogueError {
        CatalogueError::Lexicon { file: self.file.to_owned(), line: self.line(&span), problem }
    }

    /// Line of a place, from 1.
    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|&byte| byte == b'\n').count()
    }

    fn fill(&self, language: &mut Language, form: LexiconForm) -> Result<(), CatalogueError> {
        self.take_out(language, &[Part::Words], "the words outside elements", &form.off)?;
        self.sentences(language, form.sentences)?;
        if let Some(reach) = &form.negation.reach {
            let got = *reach.get_ref();
            if !(1..=20).contains(&got) {
                return Err(self.wrong(reach.span(), LexiconProblem::Reach { got }));
            }
            language.reach = Some(got as usize);
        }
        language.weighing =
            form.weighing.over(language.weighing).map_err(|(span, problem)| self.wrong(span, problem))?;
        language.likelihood =
            form.likelihood.over(language.likelihood).map_err(|(span, problem)| self.wrong(span, problem))?;
        for (name, phrases) in form.companions {
            let known = language.companions.iter().position(|known| known == name.get_ref());
            let group = known.unwrap_or(language.companions.len()) as u16;
            if known.is_none() {
                language.companions.push(name.get_ref().clone());
            }
            let list = format!("companions.{}", name.get_ref());
            self.add(language, Part::Companions(group), &list, phrases, Meaning::Accompanies(group))?;
        }
        let (judging, negation, contrast) = (form.judging, form.negation, form.contrast);
        for (list, phrases, meaning) in [
            ("judging.very_good", judging.very_good, Meaning::Judges(Verdict::VeryGood)),
            ("judging.good", judging.good, Meaning::Judges(Verdict::Good)),
            ("judging.okay", judging.okay, Meaning::Judges(Verdict::Okay)),
            ("judging.bad", judging.bad, Meaning::Judges(Verdict::Bad)),
            ("judging.very_bad", judging.very_bad, Meaning::Judges(Verdict::VeryBad)),
            ("judging.liking", judging.liking, Meaning::Feels(Verdict::Good)),
            ("judging.disliking", judging.disliking, Meaning::Feels(Verdict::Bad)),
            ("judging.strengthen", judging.strengthen, Meaning::Strengthens),
            ("judging.weaken", judging.weaken, Meaning::Weakens),
            ("judging.links", judging.links, Meaning::Links),
            ("judging.parts", judging.parts, Meaning::Belongs),
            ("negation.words", negation.words, Meaning::Negates),
            ("negation.not_meant", negation.not_meant, Meaning::OnlySeemsToNegate),
            ("negation.stops", negation.stops, Meaning::EndsNegation),
            ("contrast.turn", contrast.turn, Meaning::Turns),
            ("contrast.concede", contrast.concede, Meaning::Concedes),
            ("hide", form.hide, Meaning::Hides),
        ] {
            self.add(language, Part::Words, list, phrases, meaning)?;
        }
        for (slug, lists) in form.elements {
            self.element(language, &slug, lists)?;
        }
        Ok(())
    }

    fn sentences(&self, language: &mut Language, form: SentencesForm) -> Result<(), CatalogueError> {
        for end in form.ends {
            let mut letters = end.get_ref().chars();
            match (letters.next(), letters.next()) {
                (Some(c), None) if !c.is_alphanumeric() && !c.is_whitespace() => language.ends.push(c),
                _ => return Err(self.wrong(end.span(), LexiconProblem::End { got: end.get_ref().clone() })),
            }
        }
        for word in form.abbreviations {
            let (written, _, _) = self.written(&word)?;
            language.abbreviations.push(written);
        }
        language.split_glued = form.split_glued.or(language.split_glued);
        Ok(())
    }

    fn element(
        &self,
        language: &mut Language,
        slug: &Spanned<String>,
        lists: ElementPhrases,
    ) -> Result<(), CatalogueError> {
        let Some(element) = ElementId::parse(slug.get_ref()) else {
            let got = slug.get_ref().clone();
            let nearest = ElementId::nearest(&got);
            return Err(self.wrong(slug.span(), LexiconProblem::UnknownElement { got, nearest }));
        };
        let (cues, judges) = (Part::Cues(element), Part::Judges(element));
        self.take_out(language, &[cues, judges], element.slug(), &lists.off)?;
        for (list, part, phrases, meaning) in [
            ("praise", cues, lists.praise, Meaning::Cue(element, CueKind::Praise)),
            ("blame", cues, lists.blame, Meaning::Cue(element, CueKind::Blame)),
            ("topic", cues, lists.topic, Meaning::Cue(element, CueKind::Topic)),
            ("judged", cues, lists.judged, Meaning::Cue(element, CueKind::Judged)),
            ("own", cues, lists.own, Meaning::Cue(element, CueKind::Own)),
            ("thing", cues, lists.thing, Meaning::Cue(element, CueKind::Thing)),
            ("good", judges, lists.good, Meaning::JudgesElement(element, Verdict::Good)),
            ("bad", judges, lists.bad, Meaning::JudgesElement(element, Verdict::Bad)),
        ] {
            self.add(language, part, &format!("elements.{element}.{list}"), phrases, meaning)?;
        }
        for (name, phrases) in lists.beside {
            self.pair(language, element, &name, &phrases)?;
        }
        Ok(())
    }

    /// Makes cues of `element` heard only beside a companion of the group `name`.
    fn pair(
        &self,
        language: &mut Language,
        element: ElementId,
        name: &Spanned<String>,
        phrases: &Phrases,
    ) -> Result<(), CatalogueError> {
        let Some(group) = language.companions.iter().position(|known| known == name.get_ref()) else {
            return Err(self.wrong(name.span(), LexiconProblem::UnknownCompanions { got: name.get_ref().clone() }));
        };
        for phrase in phrases {
            let (written, open_start, open_end) = self.written(phrase)?;
            let key = (Part::Cues(element), written, open_start, open_end);
            match language.phrases.get_mut(&key) {
                Some(given) => given.beside = Some(group as u16),
                None => {
                    let problem = LexiconProblem::NotACue { phrase: key.1, element };
                    return Err(self.wrong(phrase.span(), problem));
                }
            }
        }
        Ok(())
    }

    fn take_out(
        &self,
        language: &mut Language,
        parts: &[Part],
        name: &str,
        phrases: &Phrases,
    ) -> Result<(), CatalogueError> {
        for phrase in phrases {
            let (written, open_start, open_end) = self.written(phrase)?;
            let mut found = false;
            for &part in parts {
                found |= language.phrases.remove(&(part, written.clone(), open_start, open_end)).is_some();
            }
            if !found {
                let problem = LexiconProblem::NotIn { phrase: written, part: name.to_owned() };
                return Err(self.wrong(phrase.span(), problem));
            }
        }
        Ok(())
    }

    fn add(
        &self,
        language: &mut Language,
        part: Part,
        list: &str,
        phrases: Phrases,
        meaning: Meaning,
    ) -> Result<(), CatalogueError> {
        for phrase in phrases {
            let (written, open_start, open_end) = self.written(&phrase)?;
            let given = Given { meaning, list: list.to_owned(), layer: self.layer, span: phrase.span(), beside: None };
            let key = (part, written, open_start, open_end);
            if let Some(known) = language.phrases.get(&key).filter(|known| known.layer == self.layer) {
                let problem = LexiconProblem::Twice {
                    phrase: key.1,
                    list: list.to_owned(),
                    other_list: known.list.clone(),
                    other_line: self.line(&known.span),
                };
                return Err(self.wrong(phrase.span(), problem));
            }
            language.phrases.insert(key, given);
        }
        Ok(())
    }

    /// A phrase spelled, and whether a star leaves its start or its end open.
    fn written(&self, phrase: &Spanned<String>) -> Result<(String, bool, bool), CatalogueError> {
        let given = phrase.get_ref().trim();
        let wrong = |problem| Err(self.wrong(phrase.span(), problem));
        if given.len() > PHRASE_BYTES {
            return wrong(LexiconProblem::TooLong { bytes: given.len(), most: PHRASE_BYTES });
        }
        let (open_start, open_end) = (given.starts_with('*'), given.ends_with('*'));
        let bare = given.strip_prefix('*').unwrap_or(given);
        let bare = bare.strip_suffix('*').unwrap_or(bare);
        let written = spelled(bare);
        let long_enough = |word: Option<&str>| word.is_some_and(|word| word.chars().count() >= 2);
        let star_alone = (open_start && !long_enough(written.split(' ').next()))
            || (open_end && !long_enough(written.split(' ').next_back()))
            || bare.contains('*');
        match written {
            _ if star_alone => wrong(LexiconProblem::Star { phrase: given.to_owned() }),
            empty if empty.is_empty() => wrong(LexiconProblem::NoWord { phrase: given.to_owned() }),
            written => Ok((written, open_start, open_end)),
        }
    }
}
