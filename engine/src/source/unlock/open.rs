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

/// Opens the volumes of a source with whichever of the keys fits, and shows them decrypted. Where none of them is the right
/// one, and there is somebody to ask, another one is asked for.
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
    let mut tried = try_all(source.as_ref(), volumes, &keys.all(), stop);
    let mut tries = 0;
    while tried.open.is_empty()
        && tried.locked.iter().any(|(_, why)| matches!(why, LockedWhy::WrongKey(_)))
        && !stop.is_over()
    {
        tries += 1;
        let Some(another) = keys.another(source.path(), tries) else { break };
        tried = try_all(source.as_ref(), volumes, &another, stop);
        if !tried.open.is_empty() {
            keys.keep(&another);
        }
    }
    let Tried { pieces, open, locked } = tried;
    if open.is_empty() {
        return Err(locked);
    }
    Ok(Unlocked::new(source, pieces, open))
}

/// What came of some keys.
#[derive(Default)]
struct Tried {
    /// What is shown in the volumes that are open.
    pieces: Vec<Piece>,
    open: Vec<UnlockedVolume>,
    locked: Vec<Locked>,
}

fn try_all(source: &dyn Source, volumes: &[EncryptedVolume], keys: &Keys, stop: &Stop) -> Tried {
    let mut tried = Tried::default();
    for volume in volumes {
        match opened(source, volume, keys, stop) {
            Ok((own, unlocked)) => {
                tried.pieces.extend(own);
                tried.open.push(unlocked);
            }
            Err(why) => tried.locked.push((volume.clone(), why)),
        }
    }
    tried
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
