//! Opening a volume with the keys that were given.

use std::sync::Arc;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zeroize::Zeroizing;

use super::cipher;
use super::entry::{Entry, entries, purpose, value};
use super::metadata::{COPY_LEN, Metadata, read};
use super::protector::{Kind, Protector, Tried};
use super::sealed;
use crate::control::progress::Stop;
use crate::model::SpanSet;
use crate::source::unlock::fault::LockedWhy;
use crate::source::unlock::keys::{Key, Keys};
use crate::source::unlock::piece::{Piece, Shown};
use crate::source::unlock::volume::{EncryptedVolume, UnlockedVolume};

/// Protectors of one volume that are tried: each takes a second.
const MOST_PROTECTORS: usize = 32;

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
    let mut why = None;
    for metadata in read(bytes, volume.span)? {
        match open_by(volume, &metadata, keys, stop) {
            Ok(opened) => return Ok(opened),
            Err(LockedWhy::Stopped) => return Err(LockedWhy::Stopped),
            // That a key is wrong says more than that a copy is damaged.
            Err(fault) => {
                if why.is_none() || matches!(fault, LockedWhy::WrongKey(_)) {
                    why = Some(fault);
                }
            }
        }
    }
    Err(why.unwrap_or(LockedWhy::Damaged("none of the three copies of its metadata is there")))
}

/// Opens a volume by one copy of its metadata.
fn open_by(
    volume: &EncryptedVolume,
    metadata: &Metadata,
    keys: &Keys,
    stop: &Stop,
) -> Result<(Vec<Piece>, UnlockedVolume), LockedWhy> {
    let listed = entries(&metadata.entries)?;
    let (master, opened_by) = master_key(&listed, keys, stop)?;
    let of_volume = |entry: &&Entry<'_>| {
        (entry.purpose, entry.value) == (purpose::FULL_VOLUME_KEY, value::SEALED)
    };
    let sealed = listed.iter().find(of_volume);
    let key = sealed.and_then(|entry| sealed::key(entry.data, &master));
    let key = key.ok_or(LockedWhy::Damaged("the volume's own key is missing or damaged"))?;
    let (cipher, name) = cipher::of(metadata.method, &key, metadata.sector).ok_or_else(|| {
        let method = metadata.method;
        LockedWhy::unsupported(format!(
            "it is encrypted by the method {method:#x}, which is not known here; dislocker may open it"
        ))
    })?;
    let decrypted = |shown: Span, from: u64| Piece {
        shown,
        what: Shown::Decrypted {
            from,
            origin: volume.span.at,
            sector: metadata.sector,
            cipher: Arc::clone(&cipher),
        },
    };
    let opened = UnlockedVolume {
        kind: volume.kind.to_owned(),
        span: volume.span,
        payload: volume.span,
        cipher: name.to_owned(),
        opened_by: opened_by.to_owned(),
        partition: volume.partition,
    };
    Ok((pieces(volume.span, metadata, decrypted)?, opened))
}

/// What is shown in the volume: its first bytes from where they were moved to, zeros where the metadata lie and where
/// those were moved to, and the rest in place.
fn pieces(
    span: Span,
    metadata: &Metadata,
    decrypted: impl Fn(Span, u64) -> Piece,
) -> Result<Vec<Piece>, LockedWhy> {
    let sector = u64::from(metadata.sector);
    let damaged = || LockedWhy::Damaged("the places of its metadata are impossible");
    let inside = |at: u64, len: u64| {
        let end = at.checked_add(len).filter(|end| *end <= span.len).ok_or_else(damaged)?;
        let is_whole = at.is_multiple_of(sector) && len.is_multiple_of(sector);
        let place = || Span::between(span.at + at, span.at + end);
        is_whole.then(place).ok_or_else(damaged)
    };
    let (from, first) =
        (inside(metadata.moved.at, metadata.moved.len)?, inside(0, metadata.moved.len)?);
    let mut hidden: SpanSet = SpanSet::default();
    hidden.insert(from);
    // Of an image that was cut short a copy may lie beyond the end.
    for at in metadata.copies.into_iter().filter(|at| *at < span.len) {
        hidden.insert(inside(at, COPY_LEN.min(span.len - at))?);
    }
    let mut taken = hidden.clone();
    taken.insert(first);
    let encrypted = match metadata.encrypted {
        0 => span.len,
        len => len.min(span.len),
    };
    let encrypted = Span { at: span.at, len: encrypted - encrypted % sector };
    let mut pieces = vec![decrypted(first, from.at)];
    pieces.extend(hidden.iter().map(|shown| Piece { shown, what: Shown::Zeros }));
    pieces.extend(taken.gaps(encrypted).iter().map(|shown| decrypted(shown, shown.at)));
    Ok(pieces)
}

/// The master key, and what opened it.
fn master_key(
    listed: &[Entry<'_>],
    keys: &Keys,
    stop: &Stop,
) -> Result<(Zeroizing<Vec<u8>>, &'static str), LockedWhy> {
    let of_master = |entry: &&Entry<'_>| {
        (entry.purpose, entry.value) == (purpose::VOLUME_MASTER_KEY, value::MASTER_KEY)
    };
    let protectors = listed.iter().filter(of_master).take(MOST_PROTECTORS);
    let protectors: Vec<Protector<'_>> =
        protectors.filter_map(|entry| Protector::of(entry.data)).collect();
    let mut clear = protectors.iter().filter(|protector| protector.kind == Kind::Clear);
    if let Some(key) = clear.find_map(Protector::clear) {
        return Ok((key, "suspended protection"));
    }
    let mut tried = Vec::new();
    for (key, protector) in keys.iter().flat_map(|key| protectors.iter().map(move |one| (key, one)))
    {
        match protector.try_key(key, stop)? {
            Tried::Key(key) => return Ok((key, name(protector.kind))),
            Tried::Wrong => tried.push(name(protector.kind)),
            Tried::Not => {}
        }
    }
    let mut known: Vec<&str> = protectors.iter().map(|one| name(one.kind)).collect();
    known.sort_unstable();
    known.dedup();
    tried.sort_unstable();
    tried.dedup();
    Err(LockedWhy::WrongKey(match (known.is_empty(), tried.is_empty()) {
        (true, _) => {
            return Err(LockedWhy::Damaged("it has no protector: nothing opens it any more"));
        }
        (_, true) => format!("no {} fits; it is opened by {}", given(keys), known.join(", ")),
        (_, false) => {
            format!("the {} does not open it (tried as {})", given(keys), tried.join(" and as "))
        }
    }))
}

fn given(keys: &Keys) -> String {
    let mut names: Vec<&str> = keys.iter().map(Key::name).collect();
    names.dedup();
    names.join(" or ")
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Clear => "suspended protection",
        Kind::Startup => "startup key",
        Kind::Recovery => "recovery key",
        Kind::Password => "password",
        Kind::Other => "the TPM, a smart card or the network",
    }
}
