//! What a photo looks like: pure functions of bytes that find, measure, validate and grade.
//!
//! A [`Format`] is data ([`Signature`]) plus one function ([`Format::measure`]) over a [`View`], and
//! gives a [`Verdict`]: where the file ends, what was proven, what lies inside it. Bytes that are
//! no such file get a [`Reject`], which is a verdict too and not a failure. A format whose payload
//! can prove itself gives an [`Oracle`] besides, which takes a file piece by piece and names the
//! first byte that cannot belong to it. The registry of all formats is [`formats::ALL`].
//!
//! There is no I/O here, no thread, no clock, no unsafe code, and nothing of file systems: a view
//! reads any [`Bytes`], through [`Runs`] where a file lies in several pieces.
//!
//! ```
//! use afterimage_signatures::{Buffer, Effort, Grade, Runs, View, formats};
//!
//! // A grey picture of 8 by 8 pixels: quantisers, frame, scan, one byte of data, end.
//! let picture = [
//!     &b"\xff\xd8\xff\xdb\0\x43\0"[..],
//!     &[1; 64],
//!     b"\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0",
//!     b"\xff\xda\0\x08\x01\x01\0\0\x3f\0",
//!     b"\x2b\xff\xd9",
//! ]
//! .concat();
//! let disk = [&[0; 512][..], &picture, b"what was here before"].concat();
//! let disk = disk.as_slice();
//!
//! // The view begins with the picture and ends where the disk does.
//! let (runs, mut buffer) = (Runs::whole(512, disk.len() as u64 - 512), Buffer::default());
//! let mut view = View::new(&disk, &runs, &mut buffer);
//! let jpeg = formats::by_name("jpeg").expect("it is built in");
//! let verdict = jpeg.measure(&mut view, Effort::Proof)?;
//! assert_eq!(verdict.len, picture.len() as u64);
//! assert_eq!(verdict.grade, Grade::Verified);
//! # Ok::<(), afterimage_signatures::Reject>(())
//! ```
//!
//! # How to add a format
//!
//! 1. Write `src/formats/NAME.rs` with a unit struct `Format` that implements [`Format`], and a
//!    static [`Signature`]. The shortest of the others, such as `pcx.rs`, is a template.
//! 2. Choose its magic: at least three bytes, the first not zero. Where what a file begins with is
//!    shorter or too common, name a longer anchor further on, its offset, and what the file begins
//!    with ([`Magic::after`](format::Magic::after)); where many formats share it, add a gate that
//!    asks what holds for all of them.
//! 3. Measure: read through the view, which checks all bounds, and give `?` to what it rejects. A
//!    loop over the data has a limit, a length that was read is never allocated, nothing recurses.
//! 4. Grade what was tested and nothing else. Bytes that no check covers are listed in
//!    [`unchecked`](Verdict::unchecked), pictures that the structure points at in
//!    [`children`](Verdict::children), Exif blocks in [`exif`](Verdict::exif).
//! 5. What several formats share stands beside them (`tiff.rs`, `isobmff.rs`, `riff.rs`); formats
//!    never name each other.
//! 6. Add `NAME` to the list in `src/formats.rs`, before any more general format that shares its
//!    magic.
//! 7. Give `afterimage-testdata` a sample. The laws over the registry (`tests/laws.rs`) then hold
//!    the format to what all formats promise.

mod avi;
mod bmp;
mod ciff;
pub mod exif;
pub mod format;
pub mod formats;
mod gif;
mod ico;
pub mod isobmff;
pub mod jpeg;
mod jpeg2000;
mod jpegxl;
mod mpegts;
pub mod oracle;
mod part;
mod pcx;
mod png;
mod psd;
mod riff;
mod search;
pub mod tiff;
pub mod trailer;
pub mod verdict;
pub mod view;
mod webp;
mod x3f;

pub use format::{Effort, Format, Group, Magic, Signature};
pub use oracle::{Oracle, Said};
pub use verdict::{Grade, Reject, Span, Verdict};
pub use view::{Buffer, Bytes, Endian, Runs, View};
