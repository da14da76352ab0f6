//! Backups of iPhones and iPads, as Finder, iTunes, Apple Devices and idevicebackup2 write them.
//!
//! A backup is a folder of files that are called by the SHA-1 of where they were on the phone. A list of them,
//! `Manifest.db` or the older `Manifest.mbdb`, gives the paths back, and in an encrypted backup the key of each
//! file. [`PhoneBackups`] finds backups anywhere in a tree and adds the files of the phone as a tree of their own;
//! [`CameraRoll`] tells of those what they are by where they lie.

mod assemble;
mod camera_roll;
mod choice;
mod crypto;
mod files;
mod guess;
mod listed;
mod listing;
mod location;
mod manifest;
mod metadata;
mod phone_backups;
mod shown_path;
#[cfg(test)]
mod tests;
mod unlock;

pub use camera_roll::CameraRoll;
pub use choice::{Choice, Kind};
pub use listing::{BackupAbout, linked_backups, list};
pub use phone_backups::PhoneBackups;
