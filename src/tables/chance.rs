//! Random bytes of the operating system, for what nobody may guess and no output may show.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::publish::PublishError;

/// Bytes that nobody can guess.
///
/// # Errors
/// [`PublishError::Io`] if the system has none to give.
pub(super) fn random_bytes() -> Result<[u8; 32], PublishError> {
    let (source, mut bytes) = (Path::new("/dev/urandom"), [0; 32]);
    let read = File::open(source).and_then(|mut file| file.read_exact(&mut bytes));
    read.map(|()| bytes).map_err(|error| PublishError::io("cannot read", source, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_have_nothing_in_common() {
        assert_ne!(random_bytes().unwrap(), random_bytes().unwrap());
    }
}
