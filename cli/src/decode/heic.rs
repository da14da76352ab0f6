//! HEIC, by a decoder in Rust.
//!
//! That decoder is young: it works in a thread of its own, and is not waited for without end. A thread that hangs
//! cannot be ended; after some of them nothing more is decoded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use afterimage_engine::run::ToJpeg;
use heifer::heifer_isobmff::HeifFile;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, RgbaImage};

use super::budget::{MEMORY, Share};
use super::guarded::{HEIC, guarded};
use super::{heic_small, small};

/// So long one picture may take: a hundred times what 50 megapixels take.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many threads may hang.
const MOST_HANGING: usize = 2;

/// Quality of a photo that becomes JPEG, of 100: none is seen to be worse.
const QUALITY: u8 = 92;

/// Bytes of memory for each pixel: samples of two bytes as they are decoded, colours of four, and the same turned.
const PIXEL: u64 = 12;

/// So many times the file lies in memory: as it was read, and what its decoder puts together from it.
const TIMES_FILE: u64 = 4;

/// A coded picture may be larger on each side than what is seen of it, and a tile of it larger than all that.
const MARGIN: u64 = 64;
const TILE: u64 = 1 << 20;

static HANGING: AtomicUsize = AtomicUsize::new(0);

/// Gives the bytes of a photo.
type Read<'r> = &'r dyn Fn() -> Result<Vec<u8>, String>;

/// A photo and the memory that decoding it takes.
struct Held {
    heic: Vec<u8>,
    /// By one thread each, since several are decoded at once.
    options: heifer::Options,
    share: Share<'static>,
}

impl Held {
    /// Reads a photo of `len` bytes as soon as there is memory to decode it.
    fn read(len: u64, read: Read<'_>) -> Result<Self, String> {
        let file = len.saturating_mul(TIMES_FILE);
        let pixels = |heic: &[u8]| guarded(|| pixels(heic));
        let (heic, share) =
            MEMORY.read(file, read, |heic| Ok(pixels(heic)?.saturating_mul(PIXEL)))?;
        let options = heifer::Options { max_threads: 1, max_pixels: pixels(&heic)? };
        Ok(Held { heic, options, share })
    }
}

/// Pixels that a photo says it has, with what may be coded around them.
fn pixels(heic: &[u8]) -> Result<u64, String> {
    let file = HeifFile::parse(heic).map_err(|error| error.to_string())?;
    let size = file.image_size(file.primary_id).map_err(|error| error.to_string())?;
    let (width, height) = size.ok_or("it does not tell how large it is")?;
    let side = |len: u32| u64::from(len) + MARGIN;
    Ok(side(width).saturating_mul(side(height)).max(TILE))
}

/// A small upright JPEG of a photo of `len` bytes: from the small picture in it, if there is one.
pub fn thumbnail(len: u64, read: Read<'_>) -> Result<Vec<u8>, String> {
    let small = len.saturating_mul(TIMES_FILE).saturating_add(heic_small::MOST_PIXELS * PIXEL);
    let share = MEMORY.share(small)?;
    let heic = read()?;
    if let Some(small) = in_time(share, move || Ok(heic_small::picture(&heic)))? {
        return Ok(small);
    }
    let Held { heic, options, share } = Held::read(len, read)?;
    in_time(share, move || {
        let image = heifer::decode_srgb_rgba8(&heic, &options).map_err(why)?;
        let pixels = RgbaImage::from_raw(image.width, image.height, image.data);
        small::jpeg(DynamicImage::ImageRgba8(pixels.ok_or("it has no pixels")?))
    })
}

/// Turns photos into JPEG.
#[derive(Debug)]
pub struct HeicToJpeg;

impl ToJpeg for HeicToJpeg {
    fn knows(&self, format: &str) -> bool {
        HEIC.contains(&format)
    }

    fn jpeg(&self, len: u64, read: Read<'_>) -> Result<Vec<u8>, String> {
        to_jpeg(Held::read(len, read)?)
    }
}

/// A photo as JPEG, upright, with its Exif and its colours.
fn to_jpeg(held: Held) -> Result<Vec<u8>, String> {
    let Held { heic, options, share } = held;
    in_time(share, move || {
        let metadata = heifer::read_metadata(&heic).map_err(why)?;
        // Colours stay what they are where a profile says what they mean.
        let image = match metadata.icc_profile {
            Some(_) => heifer::decode_rgba8(&heic, &options),
            None => heifer::decode_srgb_rgba8(&heic, &options),
        };
        let image = image.map_err(why)?;
        let (width, height) = (image.width, image.height);
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
        // An encoder that keeps neither would lose what the photo is worth.
        let unkept = |_| "its Exif or its colour profile is too long for a JPEG".to_owned();
        if let Some(profile) = metadata.icc_profile {
            encoder.set_icc_profile(profile).map_err(unkept)?;
        }
        if let Some(exif) = metadata.exif {
            encoder.set_exif_metadata(upright(exif)).map_err(unkept)?;
        }
        let rgb = image.into_rgb8();
        encoder
            .write_image(&rgb, width, height, image::ExtendedColorType::Rgb8)
            .map_err(|error| error.to_string())?;
        Ok(jpeg)
    })
}

/// Exif of a picture that is upright by now.
fn upright(mut exif: Vec<u8>) -> Vec<u8> {
    // What it leaves is 1.
    let _before = image::metadata::Orientation::remove_from_exif_chunk(&mut exif);
    exif
}

fn why(error: heifer::Error) -> String {
    error.to_string().replace('\n', " ")
}

/// Does it in a thread of its own, which keeps its share of memory until it ends, and waits for it only so long.
fn in_time<T: Send + 'static>(
    share: Share<'static>,
    decode: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    if HANGING.load(Relaxed) >= MOST_HANGING {
        return Err("the decoder for HEIC hung on others before it".to_owned());
    }
    let (done, wait) = channel();
    let share = Arc::new(share);
    let held = Arc::clone(&share);
    let decode = move || {
        let decoded = guarded(decode);
        drop(held);
        drop(done.send(decoded));
    };
    let thread = thread::Builder::new().name("heic".to_owned()).spawn(decode);
    thread.map_err(|error| format!("no thread for its decoder: {error}"))?;
    wait.recv_timeout(PATIENCE).unwrap_or_else(|error| {
        if error == RecvTimeoutError::Timeout {
            HANGING.fetch_add(1, Relaxed);
            share.abandon();
        }
        Err("its decoder did not come to an end".to_owned())
    })
}
