//! What a user has to open volumes with.

use std::fmt;
use std::sync::Arc;

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

/// All keys that were given; each is tried on each encrypted volume.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    keys: Arc<[Key]>,
    /// Whether a source without an encrypted volume is taken as it is.
    is_lenient: bool,
}

impl Keys {
    /// These keys, in the order in which they are tried.
    pub fn new(keys: Vec<Key>) -> Self {
        Keys { keys: keys.into(), is_lenient: false }
    }

    /// The same keys, for sources of which some need none.
    pub(crate) fn lenient(&self) -> Self {
        Keys { keys: Arc::clone(&self.keys), is_lenient: true }
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
