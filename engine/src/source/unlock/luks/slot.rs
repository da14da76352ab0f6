//! Key slots, in the one form that both versions come to.

use zeroize::Zeroizing;

use super::argon::{self, Costs};
use super::hash::Hash;
use super::work::Work;

/// A key slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) number: u32,
    /// Bytes of the volume key.
    pub(super) key_len: usize,
    /// The hash that the stripes of it were split by.
    pub(super) split: Hash,
    /// Where the stripes lie, in bytes from the volume's first.
    pub(super) at: u64,
    /// How they are encrypted.
    pub(super) cipher: String,
    /// Bytes of the key that does it.
    pub(super) cipher_key_len: usize,
    /// How that comes from a passphrase.
    pub(super) derivation: Derivation,
    /// What the volume key is proven by: one of these.
    pub(super) proofs: Vec<Proof>,
}

/// How a key comes from a passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Derivation {
    Pbkdf2 { hash: Hash, iterations: u32, salt: Vec<u8> },
    Argon2 { costs: Costs, salt: Vec<u8> },
}

impl Derivation {
    /// A key of `len` bytes.
    ///
    /// # Errors
    ///
    /// Why it is not derived: it costs too much.
    pub(super) fn key(
        &self,
        secret: &[u8],
        len: usize,
        work: &mut Work,
    ) -> Result<Zeroizing<Vec<u8>>, String> {
        match self {
            Derivation::Pbkdf2 { hash, iterations, salt } => {
                work.pbkdf2(*hash, *iterations, len)?;
                Ok(hash.pbkdf2(secret, salt, *iterations, len))
            }
            Derivation::Argon2 { costs, salt } => {
                work.argon2(costs.memory, costs.time, costs.lanes)?;
                argon::key(secret, salt, costs, len)
            }
        }
    }
}

/// What a volume key is proven by: a key that comes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) hash: Hash,
    pub(super) iterations: u32,
    pub(super) salt: Vec<u8>,
    pub(super) digest: Vec<u8>,
}

impl Proof {
    /// Whether it is the key.
    ///
    /// # Errors
    ///
    /// Why that is not computed: it costs too much.
    pub(super) fn holds(&self, key: &[u8], work: &mut Work) -> Result<bool, String> {
        work.pbkdf2(self.hash, self.iterations, self.digest.len())?;
        let derived = self.hash.pbkdf2(key, &self.salt, self.iterations, self.digest.len());
        Ok(!self.digest.is_empty() && *derived == self.digest)
    }
}
