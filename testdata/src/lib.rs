//! Makes the photos and cards that the tests of afterimage recover.
//!
//! Everything here is drawn or built by this crate, so that no test needs a picture of anybody:
//! scenes, encoded as cameras encode them, with Exif as cameras write it. The exceptions are a few
//! small files of such scenes in formats that need a large encoder, kept in `files/`.

pub mod apfs;
pub mod avi;
pub mod bmp;
pub mod broken;
pub mod cameras;
pub mod canvas;
pub mod card;
pub mod encrypted;
pub mod exfat;
pub mod exif;
pub mod ext;
#[cfg(target_os = "linux")]
pub mod failing;
pub mod fat;
pub mod fragmented;
pub mod gif;
pub mod hfsplus;
pub mod ico;
pub mod ifd;
pub mod irregular;
pub mod isobmff;
pub mod jpeg;
pub mod jpeg2000;
pub mod jpegxl;
pub mod mts;
pub mod ntfs;
pub mod pcx;
pub mod places;
pub mod png;
pub mod psd;
pub mod random;
pub mod raw;
pub mod samples;
pub mod scanner;
pub mod scene;
pub mod server;
pub mod signature;
pub mod storms;
pub mod tiff;
pub mod trailers;
pub mod video;
pub mod webp;

/// One made file.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Name of the format in the registry of afterimage, such as `jpeg`.
    pub format: &'static str,
    /// What is special about it, such as `progressive`; with the format a unique file name.
    pub name: String,
    /// The file, whole: its length is what a measurement must find.
    pub bytes: Vec<u8>,
}

impl Sample {
    /// A sample.
    pub fn new(format: &'static str, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Sample { format, name: name.into(), bytes }
    }

    /// The format and the name: what to call it in a message.
    pub fn path(&self) -> String {
        format!("{}/{}", self.format, self.name)
    }
}
