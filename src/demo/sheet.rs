//! What the files of the demo have in common.

use std::path::Path;

use super::customer::Customer;
use super::error::DemoError;
use super::world::World;

/// A file that grows with the customers.
pub(super) trait Sheet: Send {
    /// Where it lies.
    fn path(&self) -> &Path;
    /// Appends the rows of further customers.
    fn write(&mut self, world: &World, customers: &[Customer]) -> Result<(), DemoError>;
    /// Completes the file.
    fn close(self: Box<Self>) -> Result<(), DemoError>;
}
