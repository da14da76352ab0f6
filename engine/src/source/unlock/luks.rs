//! LUKS, as cryptsetup and QEMU make it: version 1, and version 2 with either of its two headers.
//!
//! Source: C. Fruhwirth, "LUKS1 On-Disk Format Specification" 1.2.3; M. Broz, "LUKS2 On-Disk Format Specification" 1.1.4.

mod area;
mod argon;
mod hash;
mod luks1;
mod luks2;
mod metadata;
mod open;
mod slot;
mod split;
mod work;

pub(super) use hash::Hash;
pub(super) use open::open;
