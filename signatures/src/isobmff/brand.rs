//! The `ftyp` box: which kind of file this is.

use super::boxes::{Header, is_plausible};
use crate::verdict::Reject;
use crate::view::{Endian::Big, View};

/// The longest `ftyp` box: real ones list a dozen brands.
const LONGEST: u64 = 512;

/// What a file's brands make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Pictures coded with HEVC.
    Heic,
    /// Pictures coded with AV1.
    Avif,
    /// Pictures whose coding the brands leave open: their items tell.
    Heif,
    /// Canon's raw pictures and raw movies.
    Crx,
    /// None of these: mostly video.
    Other,
}

/// Brands of pictures and sequences coded with HEVC.
///
/// Source: ISO/IEC 23008-12:2022, annex B "HEVC image items and sequences".
const HEIC: &[&[u8; 4]] = &[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"];

/// Brands of pictures and sequences coded with AV1.
///
/// Source: AV1 Image File Format 1.1, 6 "Brands, Internet media types and file extensions".
const AVIF: &[&[u8; 4]] = &[b"avif", b"avis", b"avio"];

/// Brands that promise items or picture tracks and leave their coding open.
///
/// Source: ISO/IEC 23008-12:2022, 10.2 "Image and image collection brands"; ISO/IEC 23000-22 (MIAF).
const HEIF: &[&[u8; 4]] =
    &[b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"jpeg", b"jpgs", b"avci", b"avcs", b"vvic"];

/// How the names of video brands begin. The whole names are many and still grow.
///
/// Source: the register of brands at mp4ra.org.
const VIDEO: &[&[u8]] = &[
    b"qt", b"iso", b"mp4", b"mp7", b"avc1", b"MSNV", b"M4", b"XAVC", b"3g", b"F4", b"dash", b"cmf",
    b"CAEP", b"caqv", b"pana", b"mmp4", b"hvc1", b"hev1", b"av01",
];

/// Whether a `ftyp` box and another one stand at the view's start.
pub fn opens(view: &mut View<'_>) -> bool {
    let second = Brands::read(view).and_then(|brands| Header::read(view, brands.end));
    // A file may end after its brands; then there is nothing in it.
    second.is_ok_and(|second| is_plausible(second.kind))
}

/// Brands of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brands {
    /// The brand that the file is best read as.
    pub major: [u8; 4],
    /// The others that it can be read as.
    pub compatible: Vec<[u8; 4]>,
    /// The first byte after the box.
    pub end: u64,
}

impl Brands {
    /// The brands in the `ftyp` box at the view's start.
    ///
    /// Source: ISO/IEC 14496-12:2022, 4.3 "File-type box".
    pub fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let header = Header::read(view, 0)?;
        if &header.kind != b"ftyp" {
            return Err(view.malformed(4, "ftyp"));
        }
        let size = u64::from(view.u32(0, Big)?);
        if !(16..=LONGEST).contains(&size) || size % 4 != 0 {
            return Err(view.malformed(0, "ftyp size"));
        }
        let bytes = view.bytes(8, (size - 8) as usize)?;
        let mut brands = bytes.chunks_exact(4).map(|word| [word[0], word[1], word[2], word[3]]);
        let major = brands.next().filter(|&brand| is_printable(brand));
        // The minor version stands between the major brand and the others.
        let compatible: Vec<_> = brands.skip(1).collect();
        // Writers pad the list with zeros.
        let sound = compatible.iter().all(|&brand| is_printable(brand) || brand == [0; 4]);
        match major {
            Some(major) if sound => Ok(Brands { major, compatible, end: header.end }),
            _ => Err(view.malformed(8, "brand")),
        }
    }

    /// What the major brand says, else the compatible ones.
    pub fn family(&self) -> Family {
        let is = |list: &[&[u8; 4]], brand: &[u8; 4]| list.contains(&brand);
        let any = |list: &[&[u8; 4]]| self.compatible.iter().any(|brand| is(list, brand));
        let major = &self.major;
        if major == b"crx " {
            Family::Crx
        } else if is(HEIC, major) {
            Family::Heic
        } else if is(AVIF, major) {
            Family::Avif
        } else if VIDEO.iter().any(|start| major.starts_with(start)) {
            Family::Other
        } else if any(HEIC) {
            Family::Heic
        } else if any(AVIF) {
            Family::Avif
        } else if is(HEIF, major) || any(HEIF) {
            Family::Heif
        } else {
            Family::Other
        }
    }

    /// Whether any of them is a brand of video, or of the audio that shares its names.
    pub fn is_video(&self) -> bool {
        let known = |brand: &[u8; 4]| VIDEO.iter().any(|start| brand.starts_with(start));
        known(&self.major) || self.compatible.iter().any(known)
    }

    /// Whether any of them promises tracks of pictures beside items.
    pub fn has_tracks(&self) -> bool {
        let tracks: [&[u8; 4]; 11] = [
            b"msf1", b"hevc", b"hevx", b"hevm", b"hevs", b"avis", b"avcs", b"jpgs", b"vvis",
            b"isom", b"iso8",
        ];
        let known = |brand: &[u8; 4]| tracks.contains(&brand);
        known(&self.major) || self.compatible.iter().any(known) || self.is_video()
    }

    /// Whether the file is a sequence first: its major brand is one of tracks, not of items.
    pub fn is_sequence(&self) -> bool {
        matches!(&self.major, b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"avis" | b"msf1")
    }
}

fn is_printable(brand: [u8; 4]) -> bool {
    brand.iter().all(|byte| (0x20..0x7f).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn brands(list: &[u8]) -> Result<Brands, Reject> {
        let mut data = (list.len() as u32 + 12).to_be_bytes().to_vec();
        data.extend_from_slice(b"ftyp");
        data.extend_from_slice(&list[..4]);
        data.extend_from_slice(&[0; 4]);
        data.extend_from_slice(&list[4..]);
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        Brands::read(&mut View::new(&&data[..], &runs, &mut buffer))
    }

    #[track_caller]
    fn check(list: &[u8], expected: Family) {
        assert_eq!(brands(list).map(|brands| brands.family()), Ok(expected));
    }

    #[test]
    fn the_major_brand_decides_before_the_compatible_ones() {
        check(b"heicmif1heic", Family::Heic);
        check(b"avifmif1heic", Family::Avif);
        check(b"mif1mif1heichevc", Family::Heic);
        check(b"msf1avis", Family::Avif);
        check(b"mif1miaf", Family::Heif);
        check(b"crx isom", Family::Crx);
    }

    #[test]
    fn video_is_left_to_others() {
        for list in [b"qt  qt  ", b"isomheic", b"mp42mif1", b"M4V mp42", b"3gp4isom", b"abcdefgh"] {
            check(list, Family::Other);
        }
    }

    #[test]
    fn unprintable_brands_are_no_brands() {
        assert!(brands(b"he\x01cmif1").is_err());
        assert!(brands(b"heicm\xffv1").is_err());
        assert!(brands(b"heicmif1\0\0\0\0").is_ok());
    }
}
