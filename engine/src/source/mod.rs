//! Where bytes come from: disk images and devices, always opened for reading only.
//!
//! A source never fails a read. What cannot be read is delivered as zeros and remembered, for
//! carving and the report to ask about afterwards.
//!
//! [`open`] looks at what a path is and picks the way: a mapping for regular files, which copies
//! nothing, or positioned reads for devices, which survive bad sectors and a card that is pulled
//! out. Windows has no mappings that a bad sector would not turn into a crash, so all is read there. A file that holds
//! a disk in another form than byte for byte (QCOW2, E01, VMDK and others) is read as that disk, without a copy.
//! With the feature `remote` so are images on web servers and in object storage, by their addresses.
//! A [`MemorySource`] is an image that is in memory already.

mod address;
mod container;
mod definition;
pub(crate) mod device_size;
pub(crate) mod direct;
mod disk_len;
mod fault;
mod gzip_header;
mod holed;
mod identity;
mod image_names;
mod inflate;
mod kept;
mod later_part;
mod limited;
#[cfg(unix)]
mod mapped;
mod memory;
#[cfg(feature = "remote")]
mod object;
pub(crate) mod open;
mod pace;
mod packed;
mod part;
pub(crate) mod positioned;
mod remote;
pub mod rescue_map;
mod retry;
pub(crate) mod sparse;
mod sparse_bundle;
pub mod split;
mod tar_header;
pub mod unlock;
mod unreadable;
mod watched;
mod witness;

pub use address::{absolute, from_folder, is_address, is_relative};
pub use definition::{SECTOR_SIZE, Source, SourceKind};
pub(crate) use disk_len::{LEAST_DISK, may_be_disk};
pub use fault::{Fault, FaultKind};
pub(crate) use gzip_header::GzipHeader;
pub use holed::Holed;
pub use identity::Identity;
pub(crate) use identity::STILL_LOCKED;
pub(crate) use image_names::{NamedForm, is_of_compressed};
pub(crate) use inflate::{InflateEnd, Inflating, begins_zlib};
pub use later_part::LaterPart;
pub use limited::Limited;
pub use memory::MemorySource;
pub use open::{Io, files_of, later_parts, open, open_until_stopped, parts_of, taken_for_raw};
pub(crate) use open::{open_for, open_one, open_unchecked, open_watched};
pub use pace::Pace;
pub(crate) use packed::begins_as_disk;
pub use packed::{ArchiveList, Packed, archive_list, recognise, shell};
pub use sparse_bundle::is_sparse_bundle;
pub(crate) use tar_header::{TAR_BLOCK, TarHeader};
pub(crate) use watched::Watched;
pub(crate) use witness::Witness;
