//! Ranges of a source in which other bytes are shown than lie there.

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

/// A cipher that decrypts whole sectors, each by its place.
pub(super) trait SectorCipher: Send + Sync {
    /// Decrypts one sector in place, which lies `at` bytes after the place that its numbers count from.
    fn decrypt(&self, at: u64, sector: &mut [u8]);
}

/// A range in which other bytes are shown.
#[derive(Clone)]
pub(super) struct Piece {
    /// Where they are shown. Of what is decrypted, whole sectors.
    pub(super) shown: Span,
    pub(super) what: Shown,
}

/// What is shown in a range.
#[derive(Clone)]
#[cfg_attr(
    not(any(test, feature = "luks", feature = "bitlocker")),
    expect(dead_code, reason = "nothing is opened without a kind of volume that can be")
)]
pub(super) enum Shown {
    /// Zeros: headers and keys, in which no photo is.
    Zeros,
    /// What lies at `from`, decrypted.
    Decrypted {
        /// Where the encrypted bytes lie in the source.
        from: u64,
        /// Where the numbers of sectors count from, in the source; not after `from`.
        origin: u64,
        /// Bytes of a sector: what is decrypted at once, a power of two up to [`LARGEST_SECTOR`].
        sector: u32,
        /// How.
        cipher: Arc<dyn SectorCipher>,
    },
}

/// The largest sector that is decrypted, in bytes.
pub(super) const LARGEST_SECTOR: u32 = 4096;

impl Piece {
    /// Where the bytes of the source lie that the range of it is made of; nothing for zeros.
    pub(super) fn stored(&self) -> Option<Span> {
        match self.what {
            Shown::Zeros => None,
            Shown::Decrypted { from, .. } => Some(Span { at: from, len: self.shown.len }),
        }
    }

    /// Whether its bytes come from elsewhere in the source.
    pub(super) fn is_moved(&self) -> bool {
        self.stored().is_some_and(|stored| stored.at != self.shown.at)
    }

    /// The part of a range inside it, as whole sectors.
    pub(super) fn sectors(&self, inside: Span) -> Span {
        match self.what {
            Shown::Zeros => inside,
            Shown::Decrypted { sector, .. } => {
                let (base, sector) = (self.shown.at, u64::from(sector.max(1)));
                let from = (inside.at.max(base) - base) / sector * sector;
                let end = (inside.end().min(self.shown.end()).max(base) - base)
                    .next_multiple_of(sector)
                    .min(self.shown.len);
                Span::between(base + from.min(end), base + end)
            }
        }
    }
}
