//! Arrays of columns of large tables.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Float32Array, Int32Array, StringArray};

/// Texts as they are.
pub(in crate::tables) fn texts<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

/// Scores and shares; what is no number is not known.
pub(super) fn floats(values: impl Iterator<Item = Option<f32>>) -> ArrayRef {
    Arc::new(values.map(|value| value.filter(|v| v.is_finite())).collect::<Float32Array>())
}

/// Counts.
pub(super) fn whole(values: impl Iterator<Item = Option<u32>>) -> ArrayRef {
    Arc::new(values.map(|n| n.and_then(|n| i32::try_from(n).ok())).collect::<Int32Array>())
}

/// Categories as positions in `words`.
pub(super) fn category(words: &ArrayRef, keys: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    let keys: Int32Array = keys.collect();
    // INVARIANT: keys are positions in `words`: discriminants, or positions that the writer has let through.
    Arc::new(DictionaryArray::try_new(keys, Arc::clone(words)).expect("keys are positions in the words"))
}
