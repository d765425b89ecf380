//! Readers made by others that meet bytes nobody checked, and functions of the query engine that meet whatever a query gives
//! them: a panic inside one is no bug of this program's but news about the file or the query.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs a reader or a query; `None` where it panicked.
pub(in crate::tables) fn survived<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = INSIDE.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    INSIDE.set(before);
    outcome.ok()
}

/// Whether this thread is inside a reader or a query whose panic will be told as an error that names it. A panic hook then
/// has nothing to say.
#[must_use]
pub fn is_reading() -> bool {
    INSIDE.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_survived_and_the_thread_is_outside_again() {
        assert_eq!(survived(|| 7), Some(7));
        let seen: Option<()> = survived(|| {
            assert!(is_reading());
            std::panic::resume_unwind(Box::new(()))
        });
        assert_eq!(seen, None);
        assert!(!is_reading());
    }
}
