//! What tells a source from others, also when its path or its device name has changed.

use serde::{Deserialize, Serialize};

use afterimage_signatures::verdict::Span;

use super::definition::Source;
use super::unlock::volume::UnlockedVolume;

/// What is said of a source whose volumes were unlocked before, and are not now.
pub(crate) const STILL_LOCKED: &str = "encrypted volumes of it were unlocked then; name their key again, with --unlock, \
                                       --unlock-key-file or --password-file";

/// Sectors that are looked at, spread over the source; the first and the last are among them.
const SAMPLES: u64 = 16;

/// What a source is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Length in bytes.
    pub size: u64,
    /// BLAKE3 of sectors spread over it, in hex, the first and the last among them; nothing for one that could
    /// not be read.
    pub samples: Vec<Option<String>>,
    /// BLAKE3 of the ranges that a map calls unread, in hex, where there is one: with another map it is
    /// another source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub holes: Option<String>,
    /// Which encrypted volumes of it are open, where some are: other bytes are found in it then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlocked: Option<String>,
    /// The version that the server tells on which it lies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
}

impl Identity {
    /// What a source is known by; reads a few sectors.
    pub fn of(source: &dyn Source) -> Self {
        let (open, holes) = (source.unlocked(), source.holes());
        let source = source.stored().unwrap_or(source);
        let (size, sector) = (source.len(), u64::from(source.sector_size().max(1)));
        let last = size.saturating_sub(1) / sector;
        let mut sectors: Vec<u64> = (0..SAMPLES)
            .map(|nth| (u128::from(last) * u128::from(nth) / u128::from(SAMPLES - 1)) as u64)
            .collect();
        sectors.dedup();
        let sample = |number: u64| {
            let at = number * sector;
            let mut bytes = vec![0; sector.min(size - at) as usize];
            source.read_at(at, &mut bytes);
            let is_read = source.unreadable_in(Span { at, len: bytes.len() as u64 }).is_none();
            is_read.then(|| blake3::hash(&bytes).to_hex().to_string())
        };
        let holes = holes.map(|holes| {
            let mut hasher = blake3::Hasher::new();
            for hole in holes.iter() {
                hasher.update(&hole.at.to_le_bytes()).update(&hole.len.to_le_bytes());
            }
            hasher.finalize().to_hex().to_string()
        });
        let named = |one: &UnlockedVolume| {
            format!("{} {:#x}+{:#x}", one.kind, one.payload.at, one.payload.len)
        };
        let named: Vec<String> = open.iter().map(named).collect();
        let unlocked = (!named.is_empty()).then(|| named.join(", "));
        let samples = sectors.into_iter().map(sample).collect();
        Identity { size, samples, holes, unlocked, version: source.version() }
    }

    /// What tells `other` from this source, in words; nothing where it is the same. What one of them could not
    /// read tells nothing.
    pub fn difference(&self, other: &Identity) -> Option<String> {
        if self.size != other.size {
            return Some(format!("that one had {} bytes, this one has {}", self.size, other.size));
        }
        if self.holes != other.holes {
            return Some("it was scanned with another map".to_owned());
        }
        match (&self.unlocked, &other.unlocked) {
            (Some(_), None) => return Some(STILL_LOCKED.to_owned()),
            (None, Some(_)) => {
                return Some("its encrypted volumes were not unlocked then".to_owned());
            }
            (one, other) if one == other => {}
            _ => return Some("other volumes of it were unlocked then".to_owned()),
        }
        // A copy on a disk has none, and may be the same.
        if let (Some(one), Some(other)) = (&self.version, &other.version)
            && one != other
        {
            return Some(format!("that one was version {one} on its server, this one is {other}"));
        }
        let mut pairs = self.samples.iter().zip(&other.samples);
        let is_other = pairs.any(|pair| matches!(pair, (Some(one), Some(other)) if one != other));
        is_other.then(|| "its bytes differ".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    #[test]
    fn a_byte_in_the_first_or_the_last_sector_makes_another_source() {
        let of = |bytes: &[u8]| Identity::of(&MemorySource::new("card", bytes.to_vec()));
        let mut bytes = vec![0; 100_300];
        let known = of(&bytes);
        bytes[700] = 1;
        assert_eq!(of(&bytes), known, "not every sector is looked at");
        for at in [0, 511, 100_000, 100_299] {
            bytes[at] ^= 1;
            assert!(of(&bytes).difference(&known).is_some(), "{at}");
            bytes[at] ^= 1;
        }
        assert!(of(&bytes[..100_299]).difference(&known).is_some());
        assert_eq!(of(&[7]).size, 1);
    }

    #[test]
    fn a_sector_that_is_bad_by_now_makes_no_other_source() {
        let bytes: Vec<u8> = (0..100_000u32).map(|at| at as u8).collect();
        let known = Identity::of(&MemorySource::new("card", bytes.clone()).unmapped());
        let bad = vec![Span { at: 0, len: 512 }];
        let failing = MemorySource::new("card", bytes).unmapped().with_bad_sectors(bad);
        let now = Identity::of(&failing);
        assert!(now != known && known.difference(&now).is_none());
    }
}
