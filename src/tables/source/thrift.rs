//! Thrift's compact protocol, as far as the headers of Parquet files need it. Nothing is believed that the bytes do not hold.

/// Levels of structs and lists passed over; Parquet's own headers have eight.
const DEPTH_LIMIT: usize = 16;

/// Type of a field that is a struct, as [`Compact::field`] gives it.
pub(super) const STRUCT: u8 = 12;

/// Type of a field that is a list.
pub(super) const LIST: u8 = 9;

/// Type of a field that is a 32-bit number.
pub(super) const I32: u8 = 5;

/// Reads just enough of Thrift's compact protocol. `None` at any point: the bytes end, or are not Thrift.
pub(super) struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Compact<'a> {
    /// A reader at the first byte.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes read so far.
    pub(super) fn read(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A signed number.
    pub(super) fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Type of the next field, 0 at the end of the struct; `last` becomes its id.
    pub(super) fn field(&mut self, last: &mut i64) -> Option<u8> {
        let byte = self.byte()?;
        let (delta, kind) = (byte >> 4, byte & 0x0F);
        if kind != 0 {
            *last = if delta == 0 { self.zigzag()? } else { last.checked_add(i64::from(delta))? };
        }
        Some(kind)
    }

    /// Head of a list: type of its elements, and how many there are; no more than bytes are left, for each takes one at least.
    pub(super) fn list(&mut self) -> Option<(u8, u64)> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        (length <= (self.bytes.len() - self.at) as u64).then_some((head & 0x0F, length))
    }

    /// Passes over a value of this type, `depth` levels down.
    pub(super) fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        match kind {
            1 | 2 => {}
            3 => self.at = self.at.checked_add(1)?,
            4..=6 => drop(self.varint()?),
            7 => self.at = self.at.checked_add(8)?,
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.at = self.at.checked_add(length)?;
            }
            9 | 10 => {
                let (kind, length) = self.list()?;
                for _ in 0..length {
                    // Booleans in a list take a byte each.
                    self.skip(if kind <= 2 { 3 } else { kind }, depth + 1)?;
                }
            }
            12 => {
                let mut last = 0;
                loop {
                    let kind = self.field(&mut last)?;
                    if kind == 0 {
                        break;
                    }
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }
}
