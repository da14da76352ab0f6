//! The family of FAT: FAT12, FAT16, FAT32 and exFAT.
//!
//! All of them keep files in numbered clusters, a table of which cluster follows which, and directory
//! entries of 32 bytes. What they share lies here; boot sectors, directory entries and names are in
//! `fat` and `exfat`.

pub mod budget;
pub mod clusters;
pub mod dcf;
pub mod dos;
pub mod exfat;
pub mod fat;
pub mod records;
pub mod sequence;
pub mod table;
