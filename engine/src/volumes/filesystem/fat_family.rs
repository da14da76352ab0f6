//! The family of FAT: FAT12, FAT16, FAT32 and exFAT.
//!
//! All of them keep files in numbered clusters, with a table of which cluster follows which, and name
//! them by directory entries of 32 bytes. What they share lies here: [`volume::read`] reads a volume from
//! the root directory on, and a [`salvage::lost_volume::LostVolume`] is put together from entries
//! that no directory leads to. Boot sectors, entries and names lie in [`fat`] and [`exfat`]; each is a
//! [`member::FamilyMember`].

mod clusters;
mod directory_bytes;
mod dos_time;
pub(crate) mod exfat;
pub(crate) mod fat;
mod file_record;
mod geometry;
mod locations;
mod member;
mod salvage;
mod space;
mod table;
mod tree;
mod volume;
