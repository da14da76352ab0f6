//! How pictures begin that are files.

/// A kind of picture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PictureKind {
    /// JPEG (ITU-T T.81, B.1.1.3: SOI and another marker).
    Jpeg,
    /// PNG (ISO/IEC 15948, 5.2).
    Png,
    /// GIF (GIF89a, 17).
    Gif,
    /// WebP (RFC 9649, 2.4).
    Webp,
    /// JPEG 2000 in boxes (ITU-T T.800, I.5.1).
    Jpeg2000,
    /// The codestream of JPEG 2000 alone (T.800, A.4.1 and A.5.1), perhaps in the one box `jp2c` (T.802).
    Jpeg2000Stream,
    /// JPEG XL in boxes (ISO/IEC 18181-2, 9.1).
    JpegXl,
    /// The codestream of JPEG XL alone (ISO/IEC 18181-1, D.1).
    JpegXlStream,
    /// TIFF and what is built on it (TIFF 6.0, 2).
    Tiff,
    /// HEIF and its kin (ISO/IEC 14496-12, 4.3).
    Heif,
    /// Photoshop's format (Adobe, Photoshop File Formats Specification, 2019).
    Psd,
}

impl PictureKind {
    /// So many bytes show of which kind a picture is.
    pub const HEAD: usize = 16;

    /// The kind of the picture that begins with `head`.
    pub fn of(head: &[u8]) -> Option<Self> {
        Some(match head {
            [0xff, 0xd8, 0xff, 0xc0..=0xfe, ..] => PictureKind::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => PictureKind::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => PictureKind::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => PictureKind::Webp,
            [0, 0, 0, 12, b'j', b'P', _, _, b'\r', b'\n', 0x87, b'\n', ..] => PictureKind::Jpeg2000,
            [0xff, 0x4f, 0xff, 0x51, ..]
            | [_, _, _, _, b'j', b'p', b'2', b'c', 0xff, 0x4f, 0xff, 0x51, ..] => {
                PictureKind::Jpeg2000Stream
            }
            [0, 0, 0, 12, b'J', b'X', b'L', b' ', b'\r', b'\n', 0x87, b'\n', ..] => {
                PictureKind::JpegXl
            }
            [0xff, 0x0a, ..] => PictureKind::JpegXlStream,
            [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => {
                PictureKind::Tiff
            }
            [0, 0, _, _, b'f', b't', b'y', b'p', ..] => PictureKind::Heif,
            [b'8', b'B', b'P', b'S', 0, 1 | 2, ..] => PictureKind::Psd,
            _ => return None,
        })
    }

    /// Whether noise hardly ever begins so.
    pub fn is_sure(self) -> bool {
        self != PictureKind::JpegXlStream
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (head, expected) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], Some(PictureKind::Jpeg)),
            (b"\xff\xd8\xff\0", None),
            (b"\x89PNG\r\n\x1a\n", Some(PictureKind::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(PictureKind::Webp)),
            (b"RIFF\x10\0\0\0AVI LIST", None),
            (b"\0\0\0\x0cjP  \r\n\x87\n", Some(PictureKind::Jpeg2000)),
            (b"\0\0\x10\0jp2c\xff\x4f\xff\x51", Some(PictureKind::Jpeg2000Stream)),
            (b"\0\0\0\x0cJXL \r\n\x87\n", Some(PictureKind::JpegXl)),
            (b"\xff\x0a", Some(PictureKind::JpegXlStream)),
            (b"MM\0*\0\0\0\x08", Some(PictureKind::Tiff)),
            (b"GIF89a", Some(PictureKind::Gif)),
            (b"\0\0\0\x18ftypheic", Some(PictureKind::Heif)),
            (b"\0\0\0\x18moov", None),
            (b"", None),
        ] {
            assert_eq!(PictureKind::of(head), expected, "{head:02x?}");
        }
    }
}
