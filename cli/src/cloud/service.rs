//! What every cloud drive can be asked for.

use std::io::Read;

use super::choice::Choice;
use super::failure::Failure;
use super::item::{Item, Listing};
use super::session::Session;

/// A trash. It lists, delivers and restores; it cannot delete.
pub trait Service {
    /// The smallest consent that lists and downloads.
    fn read_scopes(&self) -> &'static [&'static str];

    /// The smallest consent that lists and restores.
    fn restore_scopes(&self) -> &'static [&'static str];

    /// What is in the trash and is wanted.
    ///
    /// # Errors
    ///
    /// When the service does not list it.
    fn list(&self, session: &mut Session, choice: &Choice) -> Result<Listing, Failure>;

    /// The content of a file.
    ///
    /// # Errors
    ///
    /// When the service does not deliver it.
    fn content(&self, session: &mut Session, item: &Item) -> Result<Box<dyn Read>, Failure>;

    /// Puts a file back to where it was.
    ///
    /// # Errors
    ///
    /// When the service does not.
    fn restore(&self, session: &mut Session, item: &Item) -> Result<(), Failure>;
}
