//! The volume key in a key slot.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zeroize::Zeroizing;

use super::slot::Slot;
use super::split::{STRIPES, join};
use super::work::Work;
use crate::source::unlock::ciphers::by_name;

/// What came of trying a secret on a slot.
pub(super) enum Tried {
    /// The volume key.
    Key(Zeroizing<Vec<u8>>),
    /// It is not the secret of this slot.
    Wrong,
    /// The slot could not be tried, and why.
    Not(String),
}

/// Sectors that an area is encrypted in, in bytes.
const SECTOR: usize = 512;

/// Tries a secret on a slot of the volume that begins at `base`.
pub(super) fn try_slot(
    bytes: &dyn Bytes,
    base: u64,
    slot: &Slot,
    secret: &[u8],
    work: &mut Work,
) -> Tried {
    match key_in(bytes, base, slot, secret, work) {
        Ok(Some(key)) => Tried::Key(key),
        Ok(None) => Tried::Wrong,
        Err(why) => Tried::Not(why),
    }
}

fn key_in(
    bytes: &dyn Bytes,
    base: u64,
    slot: &Slot,
    secret: &[u8],
    work: &mut Work,
) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
    let len = (slot.key_len * STRIPES as usize).next_multiple_of(SECTOR);
    let at = base
        .checked_add(slot.at)
        .filter(|at| at.checked_add(len as u64).is_some_and(|end| end <= bytes.len()));
    let at = at.ok_or("its stripes lie beyond the end")?;
    let mut stripes = Zeroizing::new(vec![0; len]);
    bytes.read_at(at, &mut stripes);
    if bytes.unreadable_in(Span { at, len: len as u64 }).is_some() {
        return Err("its stripes cannot be read".to_owned());
    }
    let unlocking = slot.derivation.key(secret, slot.cipher_key_len, work)?;
    let cipher = by_name(&slot.cipher, &unlocking, 0).ok_or_else(|| {
        format!("its stripes are encrypted by {:?}, which is not known here", slot.cipher)
    })?;
    for (number, sector) in (0u64..).zip(stripes.chunks_exact_mut(SECTOR)) {
        cipher.decrypt(number * SECTOR as u64, sector);
    }
    let key = join(&stripes, slot.key_len, slot.split).ok_or("its stripes are too short")?;
    for proof in &slot.proofs {
        if proof.holds(&key, work)? {
            return Ok(Some(key));
        }
    }
    Ok(None)
}
