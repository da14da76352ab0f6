//! The keybag of a backup: how a password becomes keys, and the wrapped class keys.

/// Rounds of a derivation that are run: ten times those of a phone, which take seconds.
pub const MOST_ITERATIONS: u32 = 100_000_000;

/// Classes of one keybag; phones have eleven.
const MOST_CLASSES: usize = 64;

/// Bytes of the longest value that is looked at.
const MOST_VALUE: usize = 4096;

/// How a key is derived in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// The salt.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2.
    pub iterations: u32,
}

/// The key of a protection class, wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedClass {
    /// Number of the class.
    pub class: u32,
    /// Whether the key from the password wraps it; else a key of the device does.
    pub is_by_password: bool,
    /// The wrapped key.
    pub key: Vec<u8>,
}

/// The keybag of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keybag {
    /// The first step with SHA-256, since iOS 10.2; earlier ones have none.
    pub first: Option<Derivation>,
    /// The last step with SHA-1.
    pub last: Derivation,
    /// Its classes.
    pub classes: Vec<WrappedClass>,
}

/// Why a keybag is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeybagFault {
    /// A value goes on after its end.
    #[error("the keybag is cut at byte {at:#x}")]
    Cut {
        /// Where the value begins.
        at: usize,
    },
    /// A value that every keybag has is missing.
    #[error("the keybag has no {0}")]
    Missing(&'static str),
    /// A derivation takes more than [`MOST_ITERATIONS`] rounds.
    #[error(
        "the keybag asks for {0} rounds of key derivation, of which {MOST_ITERATIONS} are done at most"
    )]
    Iterations(u32),
}

use KeybagFault::{Cut, Iterations, Missing};

/// Values that stand before the classes.
#[derive(Default)]
struct Header {
    salt: Option<Vec<u8>>,
    iterations: Option<u32>,
    first_salt: Option<Vec<u8>>,
    first_iterations: Option<u32>,
}

/// Values of a class that is not complete.
#[derive(Default)]
struct Class {
    class: Option<u32>,
    wrap: u32,
    key: Option<Vec<u8>>,
}

impl Keybag {
    /// Reads a keybag: a tag of four letters, a length (big-endian), a value, again and again. The second `UUID`
    /// begins the first class, and each further one the next.
    ///
    /// # Errors
    ///
    /// When it is cut, lacks what every keybag has, or asks for rounds without end.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeybagFault> {
        let (mut header, mut classes, mut class) = (Header::default(), Vec::new(), None::<Class>);
        let (mut at, mut uuids) = (0, 0);
        while let Some(head) = bytes.get(at..at + 8) {
            let len = number(&head[4..]).map_or(usize::MAX, |len| len as usize);
            let end = (at + 8).checked_add(len).ok_or(Cut { at })?;
            let value = bytes.get(at + 8..end).ok_or(Cut { at })?;
            at = end;
            if value.len() > MOST_VALUE {
                continue;
            }
            match (&head[..4], &mut class) {
                (b"UUID", _) => {
                    uuids += 1;
                    classes.extend(class.take().and_then(Class::complete));
                    class = (uuids > 1 && classes.len() < MOST_CLASSES).then(Class::default);
                }
                (b"CLAS", Some(class)) => class.class = number(value),
                (b"WRAP", Some(class)) => class.wrap = number(value).unwrap_or(0),
                (b"WPKY", Some(class)) => class.key = Some(value.to_vec()),
                (_, Some(_)) => {}
                (b"SALT", None) => header.salt = Some(value.to_vec()),
                (b"ITER", None) => header.iterations = number(value),
                (b"DPSL", None) => header.first_salt = Some(value.to_vec()),
                (b"DPIC", None) => header.first_iterations = number(value),
                (_, None) => {}
            }
        }
        classes.extend(class.and_then(Class::complete));
        header.with(classes)
    }
}

impl Header {
    fn with(self, classes: Vec<WrappedClass>) -> Result<Keybag, KeybagFault> {
        let last = Derivation {
            salt: self.salt.ok_or(Missing("salt (SALT)"))?,
            iterations: self.iterations.ok_or(Missing("number of rounds (ITER)"))?,
        };
        let first = match (self.first_salt, self.first_iterations) {
            (Some(salt), Some(iterations)) => Some(Derivation { salt, iterations }),
            (None, None) => None,
            (Some(_), None) => return Err(Missing("number of first rounds (DPIC)")),
            (None, Some(_)) => return Err(Missing("salt of the first rounds (DPSL)")),
        };
        let steps = [Some(&last), first.as_ref()];
        let vast = steps.into_iter().flatten().find(|step| step.iterations > MOST_ITERATIONS);
        if let Some(step) = vast {
            return Err(Iterations(step.iterations));
        }
        if classes.iter().all(|class| !class.is_by_password) {
            return Err(Missing("class key that a password opens (WPKY)"));
        }
        Ok(Keybag { first, last, classes })
    }
}

impl Class {
    fn complete(self) -> Option<WrappedClass> {
        // Bit 0: wrapped by a key of the device. Bit 1: by the key from the password.
        let is_by_password = self.wrap & 2 != 0;
        Some(WrappedClass { class: self.class?, is_by_password, key: self.key? })
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tag(name: &str, value: &[u8]) -> Vec<u8> {
        let len = u32::try_from(value.len()).unwrap();
        [name.as_bytes(), &len.to_be_bytes(), value].concat()
    }

    fn class(number: u32, wrap: u32) -> Vec<u8> {
        [
            tag("UUID", &[7; 16]),
            tag("CLAS", &number.to_be_bytes()),
            tag("WRAP", &wrap.to_be_bytes()),
            tag("KTYP", &[0; 4]),
            tag("WPKY", &[9; 40]),
        ]
        .concat()
    }

    fn keybag(first_rounds: Option<u32>, classes: &[Vec<u8>]) -> Vec<u8> {
        let mut out =
            [tag("VERS", &[0, 0, 0, 5]), tag("UUID", &[1; 16]), tag("WRAP", &[0; 4])].concat();
        out.extend(tag("SALT", &[2; 20]));
        out.extend(tag("ITER", &10_000_u32.to_be_bytes()));
        if let Some(rounds) = first_rounds {
            out.extend(tag("DPIC", &rounds.to_be_bytes()));
            out.extend(tag("DPSL", &[3; 20]));
        }
        classes.iter().for_each(|class| out.extend(class));
        out
    }

    #[test]
    fn the_derivation_is_told_by_the_tags_that_are_there() {
        let classes = [class(3, 2), class(4, 3), class(5, 1)];
        let new = Keybag::parse(&keybag(Some(10_000_000), &classes)).unwrap();
        assert_eq!(new.first, Some(Derivation { salt: vec![3; 20], iterations: 10_000_000 }));
        let old = Keybag::parse(&keybag(None, &classes)).unwrap();
        assert_eq!(
            (&old.first, &old.last.salt, old.last.iterations),
            (&None, &vec![2; 20], 10_000)
        );
        let are = old.classes.iter().map(|class| (class.class, class.is_by_password));
        assert_eq!(are.collect::<Vec<_>>(), [(3, true), (4, true), (5, false)]);
    }

    #[test]
    fn rounds_without_end_are_refused() {
        let hostile = keybag(Some(u32::MAX), &[class(3, 2)]);
        assert_eq!(Keybag::parse(&hostile), Err(Iterations(u32::MAX)));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(Keybag::parse(b""), Err(Missing("salt (SALT)")));
        let none = Err(Missing("class key that a password opens (WPKY)"));
        assert_eq!(Keybag::parse(&keybag(None, &[class(3, 1)])), none);
        let whole = keybag(None, &[class(3, 2)]);
        let last = whole.len() - 48;
        assert_eq!(Keybag::parse(&whole[..whole.len() - 1]), Err(Cut { at: last }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_keybag_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..200_usize) {
            let mut whole = keybag(Some(1), &[class(3, 2), class(4, 2)]);
            let end = (at + bytes.len()).min(whole.len());
            if at < end {
                whole[at..end].copy_from_slice(&bytes[..end - at]);
            }
            let read = Keybag::parse(&whole);
            prop_assert!(read.is_err() || read.is_ok_and(|bag| bag.classes.len() <= MOST_CLASSES));
        }
    }
}
