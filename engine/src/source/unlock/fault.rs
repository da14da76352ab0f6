//! Why a volume stays locked.

/// Why a volume stays locked: a clause for the user, which names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockedWhy {
    /// No key that was given opens it.
    #[error("{0}")]
    WrongKey(String),
    /// It is made in a way that is not read here.
    #[error("{0}")]
    Unsupported(String),
    /// Its header contradicts itself or cannot be read.
    #[error("its header is damaged: {0}")]
    Damaged(&'static str),
    /// Somebody stopped it.
    #[error("it was stopped before a key was found")]
    Stopped,
}

impl LockedWhy {
    /// The failure with what opens such a volume instead.
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    pub(super) fn unsupported(what: impl Into<String>) -> Self {
        LockedWhy::Unsupported(what.into())
    }
}

/// Numbers of key slots in words, such as "0, 1 and 3".
#[cfg(any(test, feature = "luks"))]
pub(super) fn slots(numbers: &[u32]) -> String {
    let words: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match words.as_slice() {
        [] => "no key slot".to_owned(),
        [one] => format!("key slot {one}"),
        [some @ .., last] => format!("key slots {} and {last}", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_named_in_words() {
        assert_eq!(slots(&[]), "no key slot");
        assert_eq!(slots(&[7]), "key slot 7");
        assert_eq!(slots(&[0, 1, 3]), "key slots 0, 1 and 3");
    }
}
