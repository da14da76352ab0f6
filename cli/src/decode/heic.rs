//! HEIC, by a decoder in Rust.
//!
//! That decoder is young: it works in a thread of its own, and is not waited for without end. A thread that hangs
//! cannot be ended; after some of them nothing more is decoded.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use afterimage_engine::run::ToJpeg;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, RgbaImage};

use super::guarded::{HEIC, guarded};
use super::small;

/// So long one picture may take: a hundred times what 50 megapixels take.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many threads may hang.
const MOST_HANGING: usize = 2;

/// Quality of a photo that becomes JPEG, of 100: none is seen to be worse.
const QUALITY: u8 = 92;

/// Pixels of a photo that is decoded.
const MOST_PIXELS: u64 = 120_000_000;

static HANGING: AtomicUsize = AtomicUsize::new(0);

/// How photos are decoded: by one thread each, since several are at once.
fn options() -> heifer::Options {
    heifer::Options { max_threads: 1, max_pixels: MOST_PIXELS }
}

/// A small upright JPEG of a photo: from the small picture in it, if there is one.
pub fn thumbnail(heic: Vec<u8>) -> Result<Vec<u8>, String> {
    in_time(move || {
        let small = heifer::decode_thumbnail(&heic).ok().flatten().map(|small| {
            let data = small.to_rgba8();
            (small.width, small.height, data)
        });
        let (width, height, data) = match small {
            Some(small) => small,
            None => {
                let image = heifer::decode_srgb_rgba8(&heic, &options()).map_err(why)?;
                (image.width, image.height, image.data)
            }
        };
        let image = RgbaImage::from_raw(width, height, data).ok_or("it has no pixels")?;
        small::jpeg(DynamicImage::ImageRgba8(image))
    })
}

/// Turns photos into JPEG.
#[derive(Debug)]
pub struct HeicToJpeg;

impl ToJpeg for HeicToJpeg {
    fn knows(&self, format: &str) -> bool {
        HEIC.contains(&format)
    }

    fn jpeg(&self, photo: Vec<u8>) -> Result<Vec<u8>, String> {
        to_jpeg(photo)
    }
}

/// A photo as JPEG, upright, with its Exif and its colours.
fn to_jpeg(heic: Vec<u8>) -> Result<Vec<u8>, String> {
    in_time(move || {
        let metadata = heifer::read_metadata(&heic).map_err(why)?;
        // Colours stay what they are where a profile says what they mean.
        let image = match metadata.icc_profile {
            Some(_) => heifer::decode_rgba8(&heic, &options()),
            None => heifer::decode_srgb_rgba8(&heic, &options()),
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

/// Does it in a thread of its own, and waits for it only so long.
fn in_time<T: Send + 'static>(
    decode: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    if HANGING.load(Relaxed) >= MOST_HANGING {
        return Err("the decoder for HEIC hung on others before it".to_owned());
    }
    let (done, wait) = channel();
    let decode = move || drop(done.send(guarded(decode)));
    let thread = thread::Builder::new().name("heic".to_owned()).spawn(decode);
    thread.map_err(|error| format!("no thread for its decoder: {error}"))?;
    wait.recv_timeout(PATIENCE).unwrap_or_else(|error| {
        if error == RecvTimeoutError::Timeout {
            HANGING.fetch_add(1, Relaxed);
        }
        Err("its decoder did not come to an end".to_owned())
    })
}
