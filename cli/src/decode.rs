//! Decoding pictures to look at them: for the gallery, and to turn HEIC into JPEG.
//!
//! What is decoded was found on damaged media, and decoders are other people's code. Workers share a memory that is
//! bounded, and a panic of a decoder is a picture that cannot be shown, not the end of the program.

mod budget;
mod frame;
mod guarded;
#[cfg(feature = "heic")]
mod heic;
#[cfg(feature = "heic")]
mod heic_small;
mod picture;
mod small;

use std::io::{Read, Seek, SeekFrom};

use afterimage_engine::run::ToJpeg;
use afterimage_engine::thumbs::{Picture, Thumbnailer};

use budget::MEMORY;
use guarded::{HEIC, guarded};

/// The longest picture that is read to be decoded, in bytes.
const LONGEST: u64 = 256 << 20;

/// The decoders that are built in.
#[derive(Debug, Default)]
pub struct Decoders;

impl Thumbnailer for Decoders {
    fn knows(&self, format: &str) -> bool {
        picture::format(format).is_some() || cfg!(feature = "heic") && HEIC.contains(&format)
    }

    fn thumbnail(&self, picture: &Picture) -> Result<Vec<u8>, String> {
        let (len, read) = (picture.span.len, || read(picture));
        if len > LONGEST {
            return Err("it is too long to be decoded".to_owned());
        }
        if HEIC.contains(&picture.format.as_str()) {
            return heic(len, &read);
        }
        let format = picture::format(&picture.format)
            .ok_or_else(|| format!("no decoder for {} is built in", picture.format))?;
        guarded(|| small::jpeg(picture::decode(read, len, format, picture.orientation, &MEMORY)?))
    }
}

/// What turns HEIC into JPEG.
///
/// # Errors
///
/// When its decoder is not built in.
#[cfg(feature = "heic")]
pub fn heic_to_jpeg() -> anyhow::Result<Box<dyn ToJpeg>> {
    Ok(Box::new(heic::HeicToJpeg))
}

#[cfg(not(feature = "heic"))]
pub fn heic_to_jpeg() -> anyhow::Result<Box<dyn ToJpeg>> {
    anyhow::bail!(
        "cannot turn HEIC into JPEG: its decoder is not built into this program; build it with \
         `cargo install --features heic`, or leave out --jpeg"
    )
}

fn read(picture: &Picture) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("it cannot be read: {error}");
    let (mut file, mut bytes) = (&picture.file, Vec::new());
    file.seek(SeekFrom::Start(picture.span.at)).map_err(failed)?;
    file.take(picture.span.len).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

#[cfg(feature = "heic")]
fn heic(len: u64, read: &dyn Fn() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
    heic::thumbnail(len, read)
}

#[cfg(not(feature = "heic"))]
fn heic(_len: u64, _read: &dyn Fn() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
    Err("the decoder for HEIC is not built in (cargo feature `heic`)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::samples;

    /// The small picture of a file.
    fn thumbnail(format: &str, bytes: &[u8], orientation: Option<u16>) -> Result<Vec<u8>, String> {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        let span = afterimage_signatures::verdict::Span { at: 0, len: bytes.len() as u64 };
        let format = format.to_owned();
        Decoders.thumbnail(&Picture { file, span, format, orientation })
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn every_format_of_which_there_are_samples_is_shown() {
        for format in ["jpeg", "png", "gif", "webp", "tiff", "bmp"] {
            let samples = samples::all().into_iter().filter(|one| one.format == format);
            let shown = samples.filter(|one| thumbnail(format, &one.bytes, None).is_ok()).count();
            assert!(shown > 0, "{format}");
        }
    }

    #[test]
    fn a_small_picture_is_small_and_upright() {
        let mut png = std::io::Cursor::new(Vec::new());
        let image = image::RgbaImage::from_fn(800, 200, |x, _| image::Rgba([x as u8, 0, 0, 255]));
        image.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let png = png.into_inner();
        assert_eq!(size(&thumbnail("png", &png, None).unwrap()), (320, 80));
        assert_eq!(size(&thumbnail("png", &png, Some(6)).unwrap()), (80, 320));
        assert_eq!(size(&thumbnail("png", &png, Some(99)).unwrap()), (320, 80));
    }

    #[test]
    fn a_picture_that_cannot_be_decoded_says_why() {
        for (format, bytes) in
            [("png", &b"\x89PNG\r\n\x1a\n"[..]), ("jpeg", b""), ("tiff", b"II*\0")]
        {
            let why = thumbnail(format, bytes, None).unwrap_err();
            assert!(!why.is_empty() && !why.contains('\n'), "{why}");
        }
        assert!(thumbnail("cr3", b"x", None).unwrap_err().contains("no decoder for cr3"));
        let panicked: Result<(), String> = guarded(|| panic!("on purpose"));
        assert!(panicked.is_err());
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_costs_nothing() {
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bmp.extend_from_slice(&60_000_u32.to_le_bytes());
        bmp.extend_from_slice(&60_000_u32.to_le_bytes());
        bmp.extend_from_slice(&[1, 0, 24, 0]);
        bmp.resize(200, 0);
        let why = thumbnail("bmp", &bmp, None).unwrap_err();
        assert!(why.to_lowercase().contains("memory"), "{why}");
    }
}
