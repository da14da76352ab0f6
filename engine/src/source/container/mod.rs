//! Containers of disks: files that hold a disk in another form than byte for byte, read as the disk that they hold,
//! without a copy.
//!
//! A format says by a [`Layout`](piece::Layout) where the pieces of its disk lie; [`ContainerImage`](image) makes a
//! source of it, and does for all of them what a source owes: threads side by side, blocks that are unpacked once,
//! checksums, holes, and what cannot be read as unreadable ranges.

mod aff4;
mod beside;
mod bitmaps;
mod cache;
mod chain;
mod chunks;
mod content;
mod crc32c;
mod ewf;
mod ewf2;
mod files;
mod flat;
mod formats;
mod gzip;
mod image;
mod index_file;
mod later;
mod member;
mod names;
mod opening;
mod patched;
mod piece;
mod places;
mod qcow2;
mod recent;
mod refusal;
mod room;
mod segment_names;
mod stream;
mod tar;
mod udif;
mod unpack;
mod unread;
mod vdi;
mod vhd;
mod vhdx;
mod vmdk;
mod zip;
mod zstd;

pub(super) use chain::{open, open_several};
pub(super) use later::{ContainerPart, container_part};
