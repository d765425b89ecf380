//! From bytes on disk to UTF-8 text: unpacking, character encodings, the byte-order mark, and a bound on what one
//! record may hold.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{CoderResult, Decoder, Encoding};
use flate2::read::MultiGzDecoder;

use super::magic::Packing;

/// Most bytes a record of a text file may take, quotes and line breaks included.
pub(super) const RECORD_LIMIT: u64 = 8 << 20;

/// What a packed file may unpack to whatever its size is.
const UNPACKED_AT_EASE: u64 = 64 << 20;

/// How many times its size it may unpack to beyond that. Tables of text pack to a tenth, very dull ones to a fiftieth; gzip
/// itself ends at 1,032.
const UNPACKED_RATIO: u64 = 250;

/// Bytes read at a time.
const CHUNK: usize = 128 << 10;

/// A reader of the file's text as UTF-8, without a byte-order mark. Text declared UTF-8 is handed on unchecked:
/// the record readers check it and name the line.
pub(super) fn open_text(file: File, packing: Packing, encoding: &'static Encoding) -> io::Result<Box<dyn Read + Send>> {
    let most = UNPACKED_AT_EASE.max(file.metadata()?.len().saturating_mul(UNPACKED_RATIO));
    let file = BufReader::with_capacity(CHUNK, file);
    let bytes: Box<dyn Read + Send> = match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => Box::new(Bounded { inner: MultiGzDecoder::new(file), left: most }),
    };
    if encoding == encoding_rs::UTF_8 {
        Ok(Box::new(WithoutMark::new(bytes)))
    } else {
        Ok(Box::new(Transcoder::new(bytes, encoding)))
    }
}

/// Fails with [`io::ErrorKind::QuotaExceeded`] once the bytes left to it are used up.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.left = self.left.checked_sub(n as u64).ok_or(io::ErrorKind::QuotaExceeded)?;
        Ok(n)
    }
}

/// Drops the UTF-8 byte-order mark.
struct WithoutMark<R> {
    inner: R,
    /// Bytes read ahead while looking for the mark; `None` once handed out.
    ahead: Option<Vec<u8>>,
}

impl<R: Read> WithoutMark<R> {
    fn new(inner: R) -> Self {
        Self { inner, ahead: None }
    }
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_none() {
            let mut first = Vec::with_capacity(3);
            self.inner.by_ref().take(3).read_to_end(&mut first)?;
            if first == b"\xEF\xBB\xBF" {
                first.clear();
            }
            self.ahead = Some(first);
        }
        match &mut self.ahead {
            Some(ahead) if !ahead.is_empty() => {
                let n = ahead.len().min(out.len());
                out[..n].copy_from_slice(&ahead[..n]);
                ahead.drain(..n);
                Ok(n)
            }
            _ => self.inner.read(out),
        }
    }
}

/// Decodes another encoding into UTF-8; malformed bytes become U+FFFD. A byte-order mark is dropped.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        // A byte-order mark knows better than whoever wrote the configuration: `utf-16` may be either way round.
        let decoder = encoding.new_decoder();
        Self { inner, decoder, raw: vec![0; CHUNK], text: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let n = self.inner.read(&mut self.raw)?;
        self.ended = n == 0;
        let room = self.decoder.max_utf8_buffer_length(n).unwrap_or(4 * CHUNK + 16);
        self.text.resize(room, 0);
        self.given = 0;
        let (result, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..n], &mut self.text, self.ended);
        debug_assert_eq!(result, CoderResult::InputEmpty, "the buffer was sized for the input");
        self.text.truncate(written);
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = (self.text.len() - self.given).min(out.len());
        out[..n].copy_from_slice(&self.text[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// Fails once more than [`RECORD_LIMIT`] bytes were read without the record reader saying that a record ended, so
/// that an unclosed quote cannot draw a whole file into memory.
pub(super) struct Guarded<R> {
    inner: R,
    since: Arc<AtomicU64>,
}

impl<R> Guarded<R> {
    /// The guarded reader, and the counter to set to 0 after each record.
    pub(super) fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let since = Arc::new(AtomicU64::new(0));
        (Self { inner, since: Arc::clone(&since) }, since)
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.since.load(Ordering::Relaxed) > RECORD_LIMIT {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "record limit"));
        }
        let n = self.inner.read(out)?;
        self.since.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drip(bytes: &[u8]) -> impl Read + Send + 'static {
        struct Drip(Vec<u8>);
        impl Read for Drip {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let n = 1.min(self.0.len()).min(out.len());
                out[..n].copy_from_slice(&self.0[..n]);
                self.0.drain(..n);
                Ok(n)
            }
        }
        Drip(bytes.to_vec())
    }

    fn text(mut reader: impl Read) -> String {
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("reads");
        text
    }

    #[test]
    fn the_mark_is_dropped_and_short_files_survive() {
        assert_eq!(text(WithoutMark::new(drip(b"\xEF\xBB\xBFid"))), "id");
        assert_eq!(text(WithoutMark::new(drip(b"a"))), "a");
        assert_eq!(text(WithoutMark::new(drip(b""))), "");
    }

    #[test]
    fn windows_1252_and_utf_16_become_utf_8_however_the_bytes_arrive() {
        assert_eq!(text(Transcoder::new(drip(b"M\xFCnchen \x80"), encoding_rs::WINDOWS_1252)), "München €");
        let utf16: Vec<u8> = "\u{FEFF}ä;1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(Transcoder::new(drip(&utf16), encoding_rs::UTF_16LE)), "ä;1\n");
    }

    #[test]
    fn what_unpacks_to_more_than_it_may_is_stopped() {
        let mut reader = Bounded { inner: &b"abcdef"[..], left: 6 };
        let mut text = String::new();
        assert_eq!(reader.read_to_string(&mut text).expect("just enough"), 6);
        let mut reader = Bounded { inner: &b"abcdef"[..], left: 5 };
        let error = reader.read_to_string(&mut text).expect_err("stopped");
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
    }

    #[test]
    fn a_record_without_end_is_stopped() {
        let (mut reader, _) = Guarded::new(io::repeat(b'x'));
        let error = io::copy(&mut reader, &mut io::sink()).expect_err("stopped");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
