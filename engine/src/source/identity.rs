//! What tells a source from others, also when its path or its device name has changed.

use serde::{Deserialize, Serialize};

use super::definition::Source;

/// What a source is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Length in bytes.
    pub size: u64,
    /// BLAKE3 of its first sector, in hex.
    pub first: String,
    /// BLAKE3 of its last sector, in hex; the last sector may be cut short.
    pub last: String,
    /// BLAKE3 of the ranges that a map calls unread, in hex, where there is one: with another map it is
    /// another source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub holes: Option<String>,
    /// Serial number of the drive, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

impl Identity {
    /// What a source is known by; reads two sectors.
    pub fn of(source: &dyn Source) -> Self {
        let (size, sector) = (source.len(), u64::from(source.sector_size().max(1)));
        let hash = |at: u64| {
            let mut bytes = vec![0; sector.min(size - at) as usize];
            source.read_at(at, &mut bytes);
            blake3::hash(&bytes).to_hex().to_string()
        };
        let last = size.saturating_sub(1) / sector * sector;
        let holes = source.holes().map(|holes| {
            let mut hasher = blake3::Hasher::new();
            for hole in holes.iter() {
                hasher.update(&hole.at.to_le_bytes()).update(&hole.len.to_le_bytes());
            }
            hasher.finalize().to_hex().to_string()
        });
        Identity { size, first: hash(0), last: hash(last), holes, serial: None }
    }

    /// What tells `other` from this source, in words; nothing where it is the same.
    pub fn difference(&self, other: &Identity) -> Option<String> {
        if self.size != other.size {
            return Some(format!("that one had {} bytes, this one has {}", self.size, other.size));
        }
        if let (Some(before), Some(now)) = (&self.serial, &other.serial)
            && before != now
        {
            return Some(format!("that one had the serial number {before}, this one has {now}"));
        }
        let what = match (self.first == other.first, self.last == other.last) {
            (true, true) => return None,
            (false, _) => "its first bytes differ",
            (true, false) => "its last bytes differ",
        };
        Some(what.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    #[test]
    fn a_byte_in_the_first_or_the_last_sector_makes_another_source() {
        let of = |bytes: &[u8]| Identity::of(&MemorySource::new("card", bytes.to_vec()));
        let mut bytes = vec![0; 1300];
        let known = of(&bytes);
        bytes[700] = 1;
        assert_eq!(of(&bytes), known);
        for at in [0, 511, 1024, 1299] {
            bytes[at] ^= 1;
            assert_ne!(of(&bytes), known, "{at}");
            bytes[at] ^= 1;
        }
        assert_ne!(of(&bytes[..1299]), known);
        assert_eq!(of(&[7]).size, 1);
    }
}
