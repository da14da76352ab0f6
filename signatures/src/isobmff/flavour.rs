//! Which kind of video a file is, by its brands.

use super::brand::{Brands, Family};

/// Kinds of video files; they differ in name and in nothing that a measurement sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// QuickTime, with or without a `ftyp` box.
    QuickTime,
    /// MP4, and all brands that are none of the others.
    Mp4,
    /// Apple's MP4.
    M4v,
    /// Of 3GPP and 3GPP2.
    ThreeGp,
}

/// Major brands of files that hold sound only.
const AUDIO: &[&[u8; 4]] = &[b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "];

impl Flavour {
    /// What the major brand says, else the compatible ones; nothing for pictures and sound.
    pub fn of(brands: &Brands) -> Option<Self> {
        if brands.family() != Family::Other || AUDIO.contains(&&brands.major) {
            return None;
        }
        let mut all = std::iter::once(&brands.major).chain(&brands.compatible);
        Some(all.find_map(Self::named).unwrap_or(Flavour::Mp4))
    }

    /// The kind that a brand names, where it names one.
    ///
    /// Source: the register of brands at mp4ra.org; ETSI TS 126 244, 5.4.
    fn named(brand: &[u8; 4]) -> Option<Self> {
        match brand {
            b"qt  " => Some(Flavour::QuickTime),
            [b'M', b'4', b'V', _] => Some(Flavour::M4v),
            [b'3', b'g', ..] => Some(Flavour::ThreeGp),
            b"isom" | b"avc1" | b"MSNV" | b"XAVC" | b"mmp4" => Some(Flavour::Mp4),
            [b'm', b'p', b'4', _] | [b'i', b's', b'o', _] | [b'd', b'a', b's', b'h'] => {
                Some(Flavour::Mp4)
            }
            _ => None,
        }
    }

    /// Extension and media type.
    pub fn names(self, brands: Option<&Brands>) -> (&'static str, &'static str) {
        let is_3gpp2 = brands.is_some_and(|brands| brands.major.starts_with(b"3g2"));
        match self {
            Flavour::QuickTime => ("mov", "video/quicktime"),
            Flavour::Mp4 => ("mp4", "video/mp4"),
            Flavour::M4v => ("m4v", "video/x-m4v"),
            Flavour::ThreeGp if is_3gpp2 => ("3g2", "video/3gpp2"),
            Flavour::ThreeGp => ("3gp", "video/3gpp"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: [&[u8; 4]; 2], expected: Option<(Flavour, &str)>) {
        let brands = Brands { major: *list[0], compatible: vec![*list[1]], end: 20 };
        let found = Flavour::of(&brands).map(|found| (found, found.names(Some(&brands)).0));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_brand_that_names_a_kind_decides() {
        check([b"qt  ", b"mp42"], Some((Flavour::QuickTime, "mov")));
        check([b"mp42", b"qt  "], Some((Flavour::Mp4, "mp4")));
        check([b"M4VH", b"isom"], Some((Flavour::M4v, "m4v")));
        check([b"3gp5", b"isom"], Some((Flavour::ThreeGp, "3gp")));
        check([b"3g2a", b"3gp5"], Some((Flavour::ThreeGp, "3g2")));
        check([b"CAEP", b"qt  "], Some((Flavour::QuickTime, "mov")));
        check([b"abcd", b"efgh"], Some((Flavour::Mp4, "mp4")));
    }

    #[test]
    fn pictures_and_sound_are_no_video() {
        for major in [b"heic", b"avif", b"mif1", b"crx ", b"M4A ", b"M4B "] {
            check([major, b"mp42"], None);
        }
    }
}
