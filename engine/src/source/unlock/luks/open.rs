//! Opening a volume with the keys that were given.

use std::sync::Arc;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zeroize::Zeroizing;

use super::area::{Tried, try_slot};
use super::luks1;
use super::luks2;
use super::metadata::Metadata;
use super::slot::Slot;
use super::work::Work;
use crate::control::progress::Stop;
use crate::source::unlock::ciphers::by_name;
use crate::source::unlock::fault::{LockedWhy, slots};
use crate::source::unlock::keys::{Key, Keys};
use crate::source::unlock::piece::{Piece, Shown};
use crate::source::unlock::volume::{EncryptedVolume, UnlockedVolume};

/// Opens a volume with the first key that fits: what is shown in it, and what it is.
///
/// # Errors
///
/// Why it stays locked.
pub(crate) fn open(
    bytes: &dyn Bytes,
    volume: &EncryptedVolume,
    keys: &Keys,
    stop: &Stop,
) -> Result<(Vec<Piece>, UnlockedVolume), LockedWhy> {
    let base = volume.span.at;
    let metadata = match volume.kind {
        "luks1" => {
            let mut header = [0; luks1::LEN];
            if volume.span.len < header.len() as u64 {
                return Err(LockedWhy::Damaged("it lies beyond the end"));
            }
            bytes.read_at(base, &mut header);
            luks1::parse(&header)?
        }
        _ => luks2::read(bytes, base)?,
    };
    let payload = payload(volume.span, &metadata)?;
    let (slot, key) = key(bytes, base, &metadata, keys, stop)?;
    let segment = metadata.segment;
    let cipher = by_name(&segment.cipher, &key, segment.first).ok_or_else(|| {
        LockedWhy::unsupported(format!(
            "it is encrypted by {:?}, which is not known here",
            segment.cipher
        ))
    })?;
    // What stands before the payload is headers and keys.
    let header = Piece { shown: Span::between(base, payload.at), what: Shown::Zeros };
    let (from, origin) = (payload.at, payload.at);
    let sector = segment.sector;
    let what = Shown::Decrypted { from, origin, sector, cipher: Arc::clone(&cipher) };
    let opened = UnlockedVolume {
        kind: volume.kind.to_owned(),
        span: volume.span,
        payload,
        cipher: segment.cipher,
        opened_by: format!("key slot {slot}"),
        partition: volume.partition,
    };
    Ok((vec![header, Piece { shown: payload, what }], opened))
}

/// Where the payload lies in the source, in whole sectors.
fn payload(span: Span, metadata: &Metadata) -> Result<Span, LockedWhy> {
    let segment = &metadata.segment;
    if segment.at == 0 {
        return Err(LockedWhy::unsupported("its payload lies elsewhere (a detached header)"));
    }
    let at = span.at.checked_add(segment.at).filter(|at| *at < span.end());
    let at = at.ok_or(LockedWhy::Damaged("its payload begins beyond the end"))?;
    let room = span.end() - at;
    let len = segment.len.unwrap_or(room).min(room);
    let len = len - len % u64::from(segment.sector);
    if len == 0 {
        return Err(LockedWhy::Damaged("its payload is empty"));
    }
    Ok(Span { at, len })
}

/// The volume key, and the number of the slot that it is from.
fn key(
    bytes: &dyn Bytes,
    base: u64,
    metadata: &Metadata,
    keys: &Keys,
    stop: &Stop,
) -> Result<(u32, Zeroizing<Vec<u8>>), LockedWhy> {
    let mut work = Work::new();
    let mut tried = Vec::new();
    let mut not_tried: Option<(u32, String)> = None;
    for (key, slot) in
        keys.iter().flat_map(|key| metadata.slots.iter().map(move |slot| (key, slot)))
    {
        if stop.is_over() {
            return Err(LockedWhy::Stopped);
        }
        match try_slot(bytes, base, slot, key.bytes(), &mut work) {
            Tried::Key(key) => return Ok((slot.number, key)),
            Tried::Wrong => tried.push(slot.number),
            Tried::Not(why) => {
                not_tried.get_or_insert((slot.number, why));
            }
        }
    }
    tried.sort_unstable();
    tried.dedup();
    Err(told(metadata, keys, &tried, not_tried))
}

/// Why no slot was opened.
fn told(
    metadata: &Metadata,
    keys: &Keys,
    tried: &[u32],
    not_tried: Option<(u32, String)>,
) -> LockedWhy {
    let names = |slot: &Slot| slot.number;
    let all: Vec<u32> = metadata.slots.iter().map(names).collect();
    if all.is_empty() {
        return match metadata.unread.is_empty() {
            true => LockedWhy::Damaged("it has no key slot: nothing opens it any more"),
            false => {
                let unread: Vec<u32> = metadata.unread.iter().copied().collect();
                LockedWhy::unsupported(format!("{} could not be made sense of", slots(&unread)))
            }
        };
    }
    let not = not_tried.map(|(slot, why)| format!("key slot {slot} was not tried: {why}"));
    if tried.is_empty() {
        return LockedWhy::unsupported(not.unwrap_or_else(|| "no key slot was tried".to_owned()));
    }
    let mut given: Vec<&str> = keys.iter().map(Key::name).collect();
    given.dedup();
    let given = given.join(" and the ");
    let more = not.map(|not| format!("; {not}")).unwrap_or_default();
    LockedWhy::WrongKey(format!("the {given} does not open it ({} tried){more}", were(tried)))
}

fn were(tried: &[u32]) -> String {
    let verb = if tried.len() == 1 { "was" } else { "were" };
    format!("{} {verb}", slots(tried))
}
