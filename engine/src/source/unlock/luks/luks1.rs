//! The header of LUKS 1: 592 bytes, and one payload.
//!
//! Source: "LUKS1 On-Disk Format Specification" 1.2.3, 3 "The Partition Header"; numbers are big-endian.

use std::collections::BTreeSet;

use super::hash::Hash;
use super::metadata::{MOST_KEY_LEN, Metadata, Segment, text};
use super::slot::{Derivation, Proof, Slot};
use super::split::STRIPES;
use crate::source::unlock::fault::LockedWhy;

/// Bytes of the header.
pub(super) const LEN: usize = 592;

/// Where the key slots stand, each of 48 bytes.
const SLOTS_AT: usize = 208;
const SLOT_LEN: usize = 48;
const SLOTS: u32 = 8;

/// What a slot that holds a key begins with.
const ENABLED: u32 = 0x00ac_71f3;

/// Sizes are counted in these, in bytes.
const SECTOR: u64 = 512;

/// What a header says.
pub(super) fn parse(header: &[u8; LEN]) -> Result<Metadata, LockedWhy> {
    let number = |at: usize| be32(header, at);
    let cipher = format!("{}-{}", text(&header[8..40]), text(&header[40..72]));
    let name = text(&header[72..104]);
    let hash = Hash::of(&name)
        .ok_or_else(|| LockedWhy::unsupported(format!("its hash {name:?} is not known here")))?;
    let key_len = number(108) as usize;
    if key_len == 0 || key_len > MOST_KEY_LEN {
        return Err(LockedWhy::Damaged("a key of an impossible length"));
    }
    let proof = Proof {
        hash,
        iterations: number(164),
        salt: header[132..164].to_vec(),
        digest: header[112..132].to_vec(),
    };
    let own = |slot: u32| &header[SLOTS_AT + slot as usize * SLOT_LEN..][..SLOT_LEN];
    let enabled = (0..SLOTS).filter(|slot| be32(own(*slot), 0) == ENABLED);
    let (whole, unread): (Vec<u32>, _) = enabled.partition(|slot| be32(own(*slot), 44) == STRIPES);
    let slots = whole.into_iter().map(|number| {
        let own = own(number);
        Slot {
            number,
            key_len,
            split: hash,
            at: u64::from(be32(own, 40)) * SECTOR,
            cipher: cipher.clone(),
            cipher_key_len: key_len,
            derivation: Derivation::Pbkdf2 {
                hash,
                iterations: be32(own, 4),
                salt: own[8..40].to_vec(),
            },
            proofs: vec![proof.clone()],
        }
    });
    Ok(Metadata {
        slots: slots.collect(),
        unread: BTreeSet::from_iter(unread),
        segment: Segment {
            at: u64::from(number(104)) * SECTOR,
            len: None,
            first: 0,
            cipher,
            sector: SECTOR as u32,
        },
    })
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..at + 4).and_then(|field| field.try_into().ok());
    u32::from_be_bytes(field.unwrap_or_default())
}
