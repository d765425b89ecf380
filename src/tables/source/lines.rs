//! Lines of a text file, counted while a reader of records takes its bytes: the reader itself knows one kind of line end.
//!
//! A line ends in LF, in CR LF or in CR alone; one within a quoted field counts like any other.

use std::io::{self, Read};

/// Hands bytes through and counts their lines.
pub(super) struct CountedLines<R> {
    inner: R,
    /// Bytes handed out that are still to be counted, from [`CountedLines::counted`] on.
    kept: Vec<u8>,
    /// Bytes of `kept` that were counted.
    counted: usize,
    /// Place of the first byte of `kept` in the file.
    start: u64,
    /// The line that the next byte to be counted stands on, from 1.
    line: u64,
    /// The last byte counted was a CR: an LF behind it ends the same line.
    after_cr: bool,
}

impl<R> CountedLines<R> {
    /// `first` is the line of the first byte, from 1.
    pub(super) fn new(inner: R, first: u64) -> Self {
        Self { inner, kept: Vec::new(), counted: 0, start: 0, line: first, after_cr: false }
    }

    /// The line that a record starts on which was read up to the byte at `end`; empty lines before it do not belong to it.
    pub(super) fn of_record(&mut self, end: u64) -> u64 {
        let end = usize::try_from(end.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.kept.len());
        let record = &self.kept[self.counted.min(end)..end];
        let blank = record.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        self.count(self.counted + blank);
        let line = self.line;
        self.count(end);
        line
    }

    // A crate that counts faster is not worth its place: the reader of records takes far longer.
    #[allow(clippy::naive_bytecount)]
    fn count(&mut self, end: usize) {
        let Some(bytes) = self.kept.get(self.counted..end).filter(|bytes| !bytes.is_empty()) else { return };
        let mut ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        if self.after_cr && bytes[0] == b'\n' {
            ends -= 1;
        }
        if bytes.contains(&b'\r') {
            let alone = |pair: &&[u8]| pair[0] == b'\r' && pair[1] != b'\n';
            ends += bytes.windows(2).filter(alone).count() + usize::from(bytes.ends_with(b"\r"));
        }
        self.after_cr = bytes.ends_with(b"\r");
        self.line += ends as u64;
        self.counted = end;
    }
}

impl<R: Read> Read for CountedLines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.kept.drain(..self.counted);
        self.start += self.counted as u64;
        self.counted = 0;
        self.kept.extend_from_slice(&out[..n]);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of the records that end before each of these bytes, `piece` bytes read at a time.
    fn lines_of(text: &str, ends: &[u64], piece: usize) -> Vec<u64> {
        let mut lines = CountedLines::new(text.as_bytes(), 1);
        let (mut room, mut read) = (vec![0; piece], 0);
        let mut found = Vec::new();
        for end in ends {
            while read < *end {
                read += lines.read(&mut room).expect("read") as u64;
            }
            found.push(lines.of_record(*end));
        }
        found
    }

    #[test]
    fn records_stand_on_the_lines_that_an_editor_shows_whatever_ends_a_line() {
        for piece in [1, 2, 3, 100] {
            assert_eq!(lines_of("ab\ncd\n\nef\n", &[3, 6, 10], piece), [1, 2, 4]);
            // The reader takes the LF of a CR LF with the record that follows.
            assert_eq!(lines_of("ab\r\ncd\r\n\r\nef\r\n", &[3, 7, 13], piece), [1, 2, 4]);
            assert_eq!(lines_of("ab\rcd\r\ref\r", &[3, 6, 10], piece), [1, 2, 4]);
            // A record of three lines, then one more.
            assert_eq!(lines_of("\"a\r\n\rb\"\r\ncd", &[8, 11], piece), [1, 4]);
        }
    }
}
