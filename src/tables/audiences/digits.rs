//! Patterns over digits, as the rules of phone numbers are written: classes, groups, alternatives and counts, and nothing else.

/// One piece of a pattern, and how often it may stand.
#[derive(Clone, Debug)]
struct Piece {
    what: What,
    least: usize,
    most: usize,
}

/// What a piece stands for.
#[derive(Clone, Debug)]
enum What {
    /// A digit of this set, bit by bit.
    Digit(u16),
    /// One of these, and the place it is captured at.
    Group(Vec<Vec<Piece>>, Option<usize>),
    /// The end of the text.
    End,
}

/// A pattern over digits.
#[derive(Clone, Debug)]
pub(super) struct DigitPattern {
    ways: Vec<Vec<Piece>>,
    captures: usize,
}

/// Where groups were captured.
type Captured = Vec<Option<(usize, usize)>>;

impl DigitPattern {
    /// Reads a pattern.
    ///
    /// INVARIANT: only patterns that ship are read, and a test reads all of them.
    pub(super) fn new(text: &str) -> Self {
        let mut reader = PatternReader { left: text.as_bytes(), captures: 0 };
        let ways = reader.ways();
        Self { ways, captures: reader.captures }
    }

    /// Groups that are captured.
    pub(super) fn captures(&self) -> usize {
        self.captures
    }

    /// Whether the whole text is one.
    pub(super) fn is_all(&self, text: &[u8]) -> bool {
        let mut captured = vec![None; self.captures];
        ways(&self.ways, text, 0, &mut captured, &mut |at, _| at == text.len())
    }

    /// The first way in which the text begins with one: where it ends, and what was captured.
    pub(super) fn begins(&self, text: &[u8]) -> Option<(usize, Captured)> {
        let (mut captured, mut found) = (vec![None; self.captures], None);
        ways(&self.ways, text, 0, &mut captured, &mut |at, captured| {
            found = Some((at, captured.clone()));
            true
        });
        found
    }
}

/// Tries each way from `at` on; `then` says whether what follows fits.
fn ways(
    all: &[Vec<Piece>],
    text: &[u8],
    at: usize,
    captured: &mut Captured,
    then: &mut dyn FnMut(usize, &mut Captured) -> bool,
) -> bool {
    all.iter().any(|way| pieces(way, text, at, captured, then))
}

fn pieces(
    way: &[Piece],
    text: &[u8],
    at: usize,
    captured: &mut Captured,
    then: &mut dyn FnMut(usize, &mut Captured) -> bool,
) -> bool {
    match way.split_first() {
        None => then(at, captured),
        Some((piece, rest)) => repeat(piece, 0, rest, text, at, captured, then),
    }
}

/// Takes the piece as often as it may, most first.
fn repeat(
    piece: &Piece,
    taken: usize,
    rest: &[Piece],
    text: &[u8],
    at: usize,
    captured: &mut Captured,
    then: &mut dyn FnMut(usize, &mut Captured) -> bool,
) -> bool {
    if taken < piece.most {
        let more = match &piece.what {
            What::Digit(set) => {
                let fits = text.get(at).is_some_and(|digit| set >> (digit - b'0') & 1 == 1);
                fits && repeat(piece, taken + 1, rest, text, at + 1, captured, then)
            }
            What::End => at == text.len() && repeat(piece, taken + 1, rest, text, at, captured, then),
            What::Group(all, place) => {
                let before = place.and_then(|place| captured[place]);
                let found = ways(all, text, at, captured, &mut |end, captured| {
                    let own = place.map(|place| captured[place].replace((at, end)));
                    if repeat(piece, taken + 1, rest, text, end, captured, then) {
                        return true;
                    }
                    if let (Some(place), Some(own)) = (place, own) {
                        captured[*place] = own;
                    }
                    false
                });
                if let (Some(place), false) = (place, found) {
                    captured[*place] = before;
                }
                found
            }
        };
        if more {
            return true;
        }
    }
    taken >= piece.least && pieces(rest, text, at, captured, then)
}

struct PatternReader<'a> {
    left: &'a [u8],
    captures: usize,
}

impl PatternReader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(*first)
    }

    fn ways(&mut self) -> Vec<Vec<Piece>> {
        let mut all = vec![Vec::new()];
        while let Some(sign) = self.left.first().copied() {
            if sign == b')' {
                break;
            }
            self.next();
            if sign == b'|' {
                all.push(Vec::new());
                continue;
            }
            let what = match sign {
                b'[' => self.class(),
                b'\\' => {
                    self.next();
                    What::Digit(0x3ff)
                }
                b'(' => self.group(),
                b'$' => What::End,
                digit => What::Digit(1 << (digit - b'0')),
            };
            let (least, most) = self.count();
            if let Some(way) = all.last_mut() {
                way.push(Piece { what, least, most });
            }
        }
        all
    }

    fn group(&mut self) -> What {
        let place = if self.left.starts_with(b"?:") {
            self.left = &self.left[2..];
            None
        } else {
            self.captures += 1;
            Some(self.captures - 1)
        };
        let ways = self.ways();
        self.next();
        What::Group(ways, place)
    }

    fn class(&mut self) -> What {
        let (mut set, mut last) = (0u16, b'0');
        while let Some(sign) = self.next().filter(|sign| *sign != b']') {
            match sign {
                b'-' => {
                    let to = self.next().unwrap_or(last);
                    (last..=to).for_each(|digit| set |= 1 << (digit - b'0'));
                }
                b'\\' => {
                    self.next();
                    set = 0x3ff;
                }
                digit => {
                    set |= 1 << (digit - b'0');
                    last = digit;
                }
            }
        }
        What::Digit(set)
    }

    fn count(&mut self) -> (usize, usize) {
        match self.left.first() {
            Some(b'?') => {
                self.next();
                (0, 1)
            }
            Some(b'{') => {
                self.next();
                let (mut numbers, mut several) = (vec![0usize], false);
                while let Some(sign) = self.next().filter(|sign| *sign != b'}') {
                    if sign == b',' {
                        several = true;
                        numbers.push(0);
                    } else if let Some(number) = numbers.last_mut() {
                        *number = *number * 10 + usize::from(sign - b'0');
                    }
                }
                (numbers[0], if several { numbers[1] } else { numbers[0] })
            }
            _ => (1, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_regular_expressions_do() {
        let all = |pattern: &str, text: &str| DigitPattern::new(pattern).is_all(text.as_bytes());
        assert!(
            all("[2-9]\\d{9}", "2015550123") && !all("[2-9]\\d{9}", "1015550123") && !all("[2-9]\\d{9}", "201555012")
        );
        assert!(all("1(?:2|34?){1,2}5", "13425") && all("1(?:2|34?){1,2}5", "125") && !all("1(?:2|34?){1,2}5", "15"));
        assert!(all("(?:12|1)23?", "123") && all("0$|1", "0") && !all("0$|1", "00"));
        let (end, captured) = DigitPattern::new("0(?:(11|[2368]\\d)15)?").begins(b"01115234").expect("begins");
        assert_eq!((end, captured), (5, vec![Some((1, 3))]));
        let (end, captured) = DigitPattern::new("0(?:(11|[2368]\\d)15)?").begins(b"0221").expect("begins");
        assert_eq!((end, captured), (1, vec![None]));
    }
}
