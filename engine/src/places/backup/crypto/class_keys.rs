//! The keys of the protection classes, unwrapped, and those of files, which they unwrap.

use std::fmt;

use aes_kw::KwAes256;
use pbkdf2::hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keybag::Keybag;
use super::stretch::stretch;

/// Bytes of a key of AES-256.
const KEY_LEN: usize = 32;

/// Told from 0 to 1 how far a derivation is; says whether to go on.
pub type Watch<'w> = &'w mut dyn FnMut(f32) -> bool;

/// The key of a file.
pub struct FileKey(Zeroizing<[u8; KEY_LEN]>);

/// Keys by their classes.
pub struct ClassKeys(Vec<(u32, Zeroizing<[u8; KEY_LEN]>)>);

/// Why the classes stay locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Locked {
    /// The password opens none of them.
    #[error("the password is wrong")]
    WrongPassword,
    /// Somebody stopped it.
    #[error("it was stopped")]
    Stopped,
}

/// Why a file has no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// What should be a wrapped key has another length.
    #[error("its key is malformed")]
    Malformed,
    /// The key of its class is not among those that the password opens.
    #[error("its protection class {0} is not opened by the password")]
    Class(u32),
    /// The wrapped key fails its check.
    #[error("its key is damaged")]
    Damaged,
}

/// Nothing of a secret is shown.
impl fmt::Debug for FileKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FileKey").finish_non_exhaustive()
    }
}

/// Nothing of a secret is shown.
impl fmt::Debug for ClassKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes: Vec<u32> = self.0.iter().map(|(class, _)| *class).collect();
        out.debug_struct("ClassKeys").field("classes", &classes).finish_non_exhaustive()
    }
}

impl FileKey {
    /// The key itself.
    pub fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }
}

impl ClassKeys {
    /// Opens the classes of a keybag. A class whose own key is damaged is left out; when none opens, the
    /// password is wrong.
    ///
    /// # Errors
    ///
    /// When the password is wrong, or `watch` says so.
    pub fn unlock(keybag: &Keybag, password: &str, watch: Watch<'_>) -> Result<Self, Locked> {
        let wrapping = wrapping_key(keybag, password, watch).ok_or(Locked::Stopped)?;
        let by_password = keybag.classes.iter().filter(|class| class.is_by_password);
        let keys = by_password.filter_map(|one| Some((one.class, unwrap(&wrapping, &one.key)?)));
        let keys: Vec<_> = keys.collect();
        if keys.is_empty() { Err(Locked::WrongPassword) } else { Ok(ClassKeys(keys)) }
    }

    /// The key of a file: the number of its class (little-endian), and the key that the class wraps.
    ///
    /// # Errors
    ///
    /// When it is malformed or damaged, or its class is not open.
    pub fn file_key(&self, wrapped: &[u8]) -> Result<FileKey, KeyFault> {
        let (class, wrapped) = wrapped.split_first_chunk().ok_or(KeyFault::Malformed)?;
        let class = u32::from_le_bytes(*class);
        if wrapped.len() != KEY_LEN + 8 {
            return Err(KeyFault::Malformed);
        }
        let is_it = |(number, _): &&(u32, _)| *number == class;
        let (_, key) = self.0.iter().find(is_it).ok_or(KeyFault::Class(class))?;
        unwrap(key, wrapped).map(FileKey).ok_or(KeyFault::Damaged)
    }
}

/// The key that wraps the class keys. The second step takes next to no time beside the first.
fn wrapping_key(
    keybag: &Keybag,
    password: &str,
    watch: Watch<'_>,
) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    let first_rounds = keybag.first.as_ref().map_or(0, |first| first.iterations);
    // Two blocks of SHA-1 make one key.
    let total = u64::from(first_rounds) + 2 * u64::from(keybag.last.iterations);
    let mut done = 0_u64;
    let mut step = |rounds: u32| {
        done += u64::from(rounds);
        watch(done as f32 / total.max(1) as f32)
    };
    let mut secret = Zeroizing::new(password.as_bytes().to_vec());
    if let Some(first) = &keybag.first {
        let key = stretch::<Hmac<Sha256>>(&secret, &first.salt, first.iterations, &mut step)?;
        secret = Zeroizing::new(key.to_vec());
    }
    stretch::<Hmac<Sha1>>(&secret, &keybag.last.salt, keybag.last.iterations, &mut step)
}

/// A key that another wraps; nothing when the check value in it is not there.
///
/// Source: RFC 3394.
fn unwrap(wrapping: &[u8; KEY_LEN], wrapped: &[u8]) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    let cipher = KwAes256::new(wrapping.into());
    let len = cipher.unwrap_key(wrapped, &mut *key).ok()?.len();
    (len == KEY_LEN).then_some(key)
}

/// A key of bytes that are all alike, for tests.
#[cfg(test)]
pub(super) fn test_key() -> FileKey {
    FileKey(Zeroizing::new([5; KEY_LEN]))
}

#[cfg(test)]
mod tests {
    use super::super::keybag::{Derivation, WrappedClass};
    use super::*;

    fn wrap(wrapping: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
        let mut out = [0; 40];
        KwAes256::new(wrapping.into()).wrap_key(key, &mut out).unwrap();
        out.to_vec()
    }

    fn keybag(first: Option<Derivation>) -> Keybag {
        let last = Derivation { salt: vec![2; 20], iterations: 100 };
        let mut bag = Keybag { first, last, classes: Vec::new() };
        let wrapping = wrapping_key(&bag, "correct", &mut |_| true).unwrap();
        for class in [1, 3] {
            let key = wrap(&wrapping, &[class as u8; 32]);
            bag.classes.push(WrappedClass { class, is_by_password: true, key });
        }
        bag
    }

    #[test]
    fn a_password_opens_both_derivations() {
        let first = Derivation { salt: vec![1; 20], iterations: 300 };
        for bag in [keybag(None), keybag(Some(first))] {
            let mut shares = Vec::new();
            let mut watch = |share| {
                shares.push(share);
                true
            };
            let keys = ClassKeys::unlock(&bag, "correct", &mut watch).unwrap();
            assert!(shares.is_sorted() && *shares.last().unwrap() <= 1.0, "{shares:?}");
            let file = [&3_u32.to_le_bytes()[..], &wrap(&[3; 32], &[9; 32])].concat();
            assert_eq!(keys.file_key(&file).unwrap().bytes(), &[9; 32]);
            assert_eq!(
                ClassKeys::unlock(&bag, "wrong", &mut |_| true).unwrap_err(),
                Locked::WrongPassword
            );
            assert_eq!(
                ClassKeys::unlock(&bag, "correct", &mut |_| false).unwrap_err(),
                Locked::Stopped
            );
        }
    }

    #[test]
    fn what_is_wrong_with_the_key_of_a_file_is_told() {
        let mut bag = keybag(None);
        bag.classes[0].key[5] ^= 1;
        let keys = ClassKeys::unlock(&bag, "correct", &mut |_| true).unwrap();
        let of =
            |class: u32, key: Vec<u8>| keys.file_key(&[&class.to_le_bytes()[..], &key].concat());
        assert_eq!(of(1, wrap(&[1; 32], &[9; 32])).unwrap_err(), KeyFault::Class(1));
        assert_eq!(of(3, wrap(&[1; 32], &[9; 32])).unwrap_err(), KeyFault::Damaged);
        assert_eq!(of(3, vec![0; 39]).unwrap_err(), KeyFault::Malformed);
        assert_eq!(keys.file_key(&[3, 0, 0]).unwrap_err(), KeyFault::Malformed);
        assert!(!format!("{keys:?} {:?}", of(3, wrap(&[3; 32], &[9; 32]))).contains("9, 9"));
    }
}
