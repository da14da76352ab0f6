//! From encrypted volumes and keys to a source in which they are open.

use super::fault::LockedWhy;
use super::keys::Keys;
use super::piece::Piece;
use super::unlocked::Unlocked;
use super::volume::{EncryptedVolume, UnlockedVolume};
use crate::control::progress::Stop;
use crate::source::definition::Source;

/// Whether volumes of a kind can be opened here.
pub fn can_unlock(kind: &str) -> bool {
    let is_luks = kind == "luks1" || kind == "luks2";
    is_luks && cfg!(feature = "luks") || kind == "bitlocker" && cfg!(feature = "bitlocker")
}

/// A volume that stays locked, and why.
pub type Locked = (EncryptedVolume, LockedWhy);

/// Opens the volumes of a source with whichever of the keys fits, and shows them decrypted.
///
/// # Errors
///
/// Why each of the volumes stays locked, where all do.
pub fn unlock(
    source: Box<dyn Source>,
    volumes: &[EncryptedVolume],
    keys: &Keys,
    stop: &Stop,
) -> Result<Unlocked, Vec<Locked>> {
    let (mut pieces, mut open, mut locked) = (Vec::new(), Vec::new(), Vec::new());
    for volume in volumes {
        match opened(source.as_ref(), volume, keys, stop) {
            Ok((own, unlocked)) => {
                pieces.extend(own);
                open.push(unlocked);
            }
            Err(why) => locked.push((volume.clone(), why)),
        }
    }
    if open.is_empty() {
        return Err(locked);
    }
    Ok(Unlocked::new(source, pieces, open))
}

fn opened(
    source: &dyn Source,
    volume: &EncryptedVolume,
    keys: &Keys,
    stop: &Stop,
) -> Result<(Vec<Piece>, UnlockedVolume), LockedWhy> {
    let bytes: &dyn afterimage_signatures::Bytes = source;
    match volume.kind {
        #[cfg(feature = "luks")]
        "luks1" | "luks2" => super::luks::open(bytes, volume, keys, stop),
        #[cfg(feature = "bitlocker")]
        "bitlocker" => super::bitlocker::open(bytes, volume, keys, stop),
        _ => {
            let _ = (bytes, keys, stop);
            Err(LockedWhy::Unsupported("this program was built without what opens it".to_owned()))
        }
    }
}
