//! What a place is.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::findings::Findings;
use super::tree::Tree;
use crate::control::progress::Progress;

/// Asks the user for passwords.
pub trait Passwords: Sync {
    /// The password of what `title` names, or nothing when there is none to be had. Asked anew after a wrong
    /// one, `attempt` counts from 0.
    fn password(&self, title: &str, attempt: u32) -> Option<Zeroizing<String>>;

    /// That a password is being tried, from 0 to 1 of the way: key derivation takes seconds.
    fn trying(&self, _title: &str, _share: f32) {}
}

/// Knows no password: what is encrypted stays closed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPasswords;

impl Passwords for NoPasswords {
    fn password(&self, _title: &str, _attempt: u32) -> Option<Zeroizing<String>> {
        None
    }
}

/// What places work with.
pub struct Context<'a> {
    /// Where passwords come from.
    pub passwords: &'a dyn Passwords,
    /// The wish to stop: ask `progress.stopped()` in long loops.
    pub progress: &'a Progress,
    /// When it is, in seconds since 1970 in UTC: for what is left of a term.
    pub now: i64,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

/// A kind of place where copies of photos survive, or that knows of photos.
pub trait Place: Sync {
    /// Adds to `findings` what it knows of a tree. What is damaged or hostile costs bounded time and memory, and a
    /// note; what is whole in it comes back all the same. A tree inside, which reads from `tree`, shares it.
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings);
}
