//! Walking the footer of a Parquet file before its reader believes it: the reader reserves room for as many row groups,
//! columns and children as the footer declares, and follows the schema down as far as it goes.

use super::thrift::{Compact, I32, LIST, STRUCT};

/// Levels of groups in a schema. Our judgment; each level of the reader takes room on the stack.
const SCHEMA_DEPTH: usize = 200;

/// Most columns and groups of a schema, and most row groups of a file. Our judgment.
const ENTRY_LIMIT: u64 = 100_000;

/// Fields of the metadata of a file, of a row group and of a schema element.
const SCHEMA: i64 = 2;
const ROW_GROUPS: i64 = 4;
const CHILDREN: i64 = 5;

/// Whether the bytes of a footer are what they declare: lists as long as said, a schema that is one tree of bounded depth.
/// The error says what is wrong, never a value.
pub(super) fn check_footer(bytes: &[u8]) -> Result<(), &'static str> {
    let mut cursor = Compact::new(bytes);
    let mut field = 0;
    loop {
        match (cursor.field(&mut field).ok_or(TORN)?, field) {
            (0, _) => return Ok(()),
            (LIST, SCHEMA) => schema(&mut cursor)?,
            (LIST, ROW_GROUPS) => {
                for _ in 0..entries(&mut cursor)? {
                    cursor.skip(STRUCT, 1).ok_or(TORN)?;
                }
            }
            (kind, _) => cursor.skip(kind, 0).ok_or(TORN)?,
        }
    }
}

const TORN: &str = "its footer is no whole Parquet footer";

/// How many structs a list holds.
fn entries(cursor: &mut Compact<'_>) -> Result<u64, &'static str> {
    match cursor.list() {
        Some((STRUCT, length)) if length <= ENTRY_LIMIT => Ok(length),
        Some((STRUCT, _)) => Err("its footer declares more row groups or columns than any honest file"),
        _ => Err(TORN),
    }
}

/// The schema: elements in the order of a walk through the tree, each with the number of its children.
fn schema(cursor: &mut Compact<'_>) -> Result<(), &'static str> {
    // Children still to come, level by level; the root is one.
    let mut open: Vec<u64> = vec![1];
    for _ in 0..entries(cursor)? {
        while open.last() == Some(&0) {
            open.pop();
        }
        *open.last_mut().ok_or("its schema is no tree")? -= 1;
        let children = children(cursor).ok_or(TORN)?;
        open.push(u64::try_from(children).map_err(|_| "its schema declares a negative number of columns")?);
        if open.len() > SCHEMA_DEPTH {
            return Err("its columns are nested too deeply");
        }
    }
    if open.iter().all(|children| *children == 0) { Ok(()) } else { Err("its schema is no tree") }
}

/// Passes over a schema element; its number of children, 0 where it does not say.
fn children(cursor: &mut Compact<'_>) -> Option<i64> {
    let (mut children, mut field) = (0, 0);
    loop {
        match (cursor.field(&mut field)?, field) {
            (0, _) => return Some(children),
            (I32, CHILDREN) => children = cursor.zigzag()?,
            (kind, _) => cursor.skip(kind, 1)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer that holds a schema alone, each element with so many children, by the compact protocol.
    fn footer(children: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x29, 0xF0 | STRUCT, children.len() as u8];
        for n in children {
            // Field 5, a 32-bit number; the end of the element.
            bytes.extend([0x55, 2 * n, 0x00]);
        }
        bytes.push(0x00);
        bytes
    }

    #[test]
    fn a_schema_that_is_a_tree_passes() {
        assert_eq!(check_footer(&footer(&[2, 0, 0])), Ok(()));
        assert_eq!(check_footer(&footer(&[2, 1, 0, 0])), Ok(()));
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        assert_eq!(check_footer(&footer(&[3, 0, 0])), Err("its schema is no tree"));
        assert_eq!(check_footer(&footer(&[1, 0, 0])), Err("its schema is no tree"));
        let deep: Vec<u8> = std::iter::repeat_n(1, 120).collect();
        assert_eq!(check_footer(&footer(&deep)), Err("its schema is no tree"), "the last has no child");
    }

    #[test]
    fn a_schema_deeper_than_any_honest_one_is_refused() {
        // A varint of two bytes stands for the length.
        let mut bytes = vec![0x29, 0xF0 | STRUCT, 0xFA, 0x01];
        for _ in 0..249 {
            bytes.extend([0x55, 2, 0x00]);
        }
        bytes.extend([0x55, 0, 0x00, 0x00]);
        assert_eq!(check_footer(&bytes), Err("its columns are nested too deeply"));
    }

    #[test]
    fn a_list_longer_than_its_bytes_or_a_map_is_no_footer() {
        // Row groups: 2³¹−1 structs.
        assert_eq!(check_footer(&[0x49, 0xF0 | STRUCT, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00]), Err(TORN));
        // Field 15, a map.
        assert_eq!(check_footer(&[0xFB, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x88, 0x00]), Err(TORN));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = check_footer(&bytes);
        }
    }
}
