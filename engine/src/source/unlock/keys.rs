//! What a user has to open volumes with.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

/// One key, as it was given.
#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    /// What somebody typed, or wrote into a file: a passphrase, a password, a recovery key.
    Passphrase(Zeroizing<String>),
    /// All bytes of a key file.
    File(Zeroizing<Vec<u8>>),
}

impl Key {
    /// The bytes of it.
    #[cfg(any(test, feature = "luks"))]
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Key::Passphrase(text) => text.as_bytes(),
            Key::File(bytes) => bytes,
        }
    }

    /// What it is called when it does not fit.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Key::Passphrase(_) => "passphrase",
            Key::File(_) => "key file",
        }
    }
}

// Nothing of a key is ever printed.
impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a {}", self.name())
    }
}

/// Asks for another key where none that there is opens a volume.
pub trait AnotherKey: Send + Sync {
    /// Another passphrase or recovery key for the volumes of the source at `path`, for which `tries` answers were wrong;
    /// nothing where nobody gives one.
    fn another(&self, path: &Path, tries: u32) -> Option<Zeroizing<String>>;
}

/// All keys that were given; each is tried on each encrypted volume.
#[derive(Clone, Default)]
pub struct Keys {
    keys: Arc<[Key]>,
    /// Whether a source without an encrypted volume is taken as it is.
    is_lenient: bool,
    /// Who is asked where none fits.
    asked: Option<Arc<dyn AnotherKey>>,
    /// What was answered, and opened something.
    answers: Arc<Mutex<Vec<Key>>>,
}

impl Keys {
    /// These keys, in the order in which they are tried.
    pub fn new(keys: Vec<Key>) -> Self {
        Keys { keys: keys.into(), ..Keys::default() }
    }

    /// The same keys; where none of them fits, `asked` is asked for another one.
    pub fn or_ask(self, asked: impl AnotherKey + 'static) -> Self {
        Keys { asked: Some(Arc::new(asked)), ..self }
    }

    /// The same keys, for sources of which some need none.
    pub(crate) fn lenient(&self) -> Self {
        Keys { is_lenient: true, ..self.clone() }
    }

    /// The same keys, and nobody is asked for another one.
    pub(crate) fn without_asking(self) -> Self {
        Keys { asked: None, ..self }
    }

    /// Those that were given, and those that were asked for since.
    pub(super) fn all(&self) -> Self {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        Keys { keys: self.keys.iter().chain(answers.iter()).cloned().collect(), ..Keys::default() }
    }

    /// Another key that somebody was asked for, alone, after so many wrong ones; nothing where nobody gives one.
    pub(super) fn another(&self, path: &Path, tries: u32) -> Option<Self> {
        let key = self.asked.as_ref()?.another(path, tries)?;
        Some(Keys::new(vec![Key::Passphrase(key)]))
    }

    /// Keeps keys that were asked for and fit: other volumes may be opened by them too.
    pub(super) fn keep(&self, fitting: &Self) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.extend(fitting.keys.iter().cloned());
    }

    /// Whether a source without an encrypted volume is taken as it is.
    pub(crate) fn is_lenient(&self) -> bool {
        self.is_lenient
    }

    /// Whether there are none: nothing is to be unlocked.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Each of them.
    #[cfg(any(test, feature = "luks", feature = "bitlocker"))]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keys")
            .field("keys", &self.keys)
            .field("is_lenient", &self.is_lenient)
            .field("asks", &self.asked.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_shows_a_key() {
        let keys = Keys::new(vec![
            Key::Passphrase(Zeroizing::new("sesame".into())),
            Key::File(Zeroizing::new(b"sesame".to_vec())),
        ]);
        let shown = format!("{keys:?}");
        assert!(!shown.contains("sesame") && !shown.contains("115"), "{shown}");
        assert!(keys.iter().all(|key| key.bytes() == b"sesame"));
    }
}
