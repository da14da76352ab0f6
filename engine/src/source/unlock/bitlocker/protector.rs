//! Protectors: what the volume's master key is sealed under.

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::entry::{Entry, entries, first, u16_at, value};
use super::{recovery, sealed, startup};
use crate::control::progress::Stop;
use crate::source::unlock::fault::LockedWhy;
use crate::source::unlock::keys::Key;

/// Times that a password is hashed, together with how often it was: what BitLocker is made of.
const ROUNDS: u64 = 1 << 20;

/// Rounds between two looks at whether somebody wants to stop.
const WATCHED: u64 = 1 << 14;

/// What a master key is protected by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: protection is suspended.
    Clear,
    Startup,
    Recovery,
    Password,
    /// A chip of the machine, a card, a network: not to be had from a disk.
    Other,
}

/// One protector.
pub(super) struct Protector<'b> {
    pub(super) kind: Kind,
    identifier: [u8; 16],
    inside: Vec<Entry<'b>>,
}

/// What tried a protector.
pub(super) enum Tried {
    Key(Zeroizing<Vec<u8>>),
    Wrong,
    /// Such a key is none for it.
    Not,
}

/// Bytes of a master key before the entries in it.
const HEADER: usize = 28;

impl<'b> Protector<'b> {
    /// The protector in the data of an entry.
    pub(super) fn of(data: &'b [u8]) -> Option<Self> {
        let identifier = data.get(..16)?.try_into().ok()?;
        let kind = match u16_at(data, 26) {
            0 => Kind::Clear,
            0x200 => Kind::Startup,
            0x800 => Kind::Recovery,
            0x2000 => Kind::Password,
            _ => Kind::Other,
        };
        Some(Protector { kind, identifier, inside: entries(data.get(HEADER..)?).ok()? })
    }

    /// The master key of a volume whose protection is suspended.
    pub(super) fn clear(&self) -> Option<Zeroizing<Vec<u8>>> {
        let under = first(&self.inside, value::KEY)?.get(4..)?;
        sealed::key(first(&self.inside, value::SEALED)?, under)
    }

    /// Tries a key.
    ///
    /// # Errors
    ///
    /// When somebody stops it.
    pub(super) fn try_key(&self, key: &Key, stop: &Stop) -> Result<Tried, LockedWhy> {
        let Some(data) = first(&self.inside, value::SEALED) else { return Ok(Tried::Not) };
        let under = match (self.kind, key) {
            (Kind::Password, Key::Passphrase(text)) => self.stretched(&of_password(text), stop)?,
            (Kind::Recovery, Key::Passphrase(text)) => match recovery::key(text) {
                Some(key) => self.stretched(&digest(key.as_slice()), stop)?,
                None => None,
            },
            (Kind::Startup, Key::File(file)) => startup::key(file)
                .filter(|(identifier, _)| *identifier == self.identifier)
                .map(|(_, key)| key),
            _ => None,
        };
        let Some(under) = under else { return Ok(Tried::Not) };
        Ok(sealed::key(data, &under).map_or(Tried::Wrong, Tried::Key))
    }

    /// What is stretched from a digest with the salt of this protector.
    fn stretched(
        &self,
        digest: &[u8; 32],
        stop: &Stop,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, LockedWhy> {
        let salt = first(&self.inside, value::STRETCH).and_then(|data| data.get(4..20));
        salt.map(|salt| stretch(digest, salt, stop)).transpose()
    }
}

fn of_password(text: &str) -> Zeroizing<[u8; 32]> {
    // A vector that grows leaves what it had behind: no text has more units of UTF-16 than bytes of UTF-8.
    let mut wide = Zeroizing::new(Vec::with_capacity(text.len() * 2));
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    digest(digest(&wide).as_slice())
}

/// A digest that is wiped.
fn digest(bytes: &[u8]) -> Zeroizing<[u8; 32]> {
    let (mut made, mut digest) = (Sha256::digest(bytes), Zeroizing::new([0; 32]));
    digest.copy_from_slice(&made);
    made.as_mut_slice().zeroize();
    digest
}

/// Hashes the last digest, the first one, the salt and the number of the round.
fn stretch(digest: &[u8; 32], salt: &[u8], stop: &Stop) -> Result<Zeroizing<Vec<u8>>, LockedWhy> {
    let mut all = Zeroizing::new([0; 88]);
    all[32..64].copy_from_slice(digest);
    all[64..80].copy_from_slice(salt);
    for round in 0..ROUNDS {
        if round.is_multiple_of(WATCHED) && stop.is_over() {
            return Err(LockedWhy::Stopped);
        }
        all[80..].copy_from_slice(&round.to_le_bytes());
        let mut last = Sha256::digest(all.as_slice());
        all[..32].copy_from_slice(&last);
        last.as_mut_slice().zeroize();
    }
    Ok(Zeroizing::new(all[..32].to_vec()))
}
