//! What a report says of sources and their file systems.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::ByteRange;

/// A device or an image that was scanned, or the files of a folder, a backup or an archive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Source")]
pub struct ReportSource {
    /// Path as it was given.
    pub path: String,
    /// The same from the root, where it was given from the folder that the command ran in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub absolute_path: Option<String>,
    /// `image`, `device`, or `folder` for files.
    pub kind: String,
    /// Of an image on a server, which version of it was read, as the server tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// Of an image that holds the disk in another form, what it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub container: Option<ReportDiskContainer>,
    /// Length in bytes.
    pub size: u64,
    /// Logical sector size in bytes.
    pub sector_size: u32,
    /// Model of the drive, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Serial number of the drive, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Digests of the whole source by name of the algorithm, where they were asked for.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty", default)]
    pub hashes: std::collections::BTreeMap<String, String>,
    /// Ranges that could not be read; their bytes count as zeros.
    pub unreadable: Vec<ByteRange>,
    /// Files of their own that lie in such ranges: photos with zeros in place of what could not be read.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unreadable_files: u64,
    /// Ranges that were to be scanned and were not, where the scan was cut short.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unscanned: Vec<ByteRange>,
    /// Bytes in blocks of one value: erased, zeroed or never written.
    pub erased_bytes: u64,
    /// Of those, the ones that belong to files that were found, as padding and white pages do; an estimate
    /// by samples where the files are large. Asked for where much of the source is of one value.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub erased_in_files: u64,
    /// Places that look like the beginning of a file and were not followed to its end, since too many
    /// near them led nowhere: text full of magic words, or a source made to keep programs busy.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub left_out: u64,
    /// Of samples from all over it, the share that looks like noise, from 0 to 1: encrypted or wiped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub noise: Option<f32>,
    /// The clusters that its photos begin in, as far as enough of them agree; also where no file system
    /// is left.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clusters: Option<Clusters>,
    /// File systems found on it.
    pub volumes: Vec<ReportVolume>,
    /// Encrypted volumes of it that were read through their keys. Files in them are found at the same offsets by whoever
    /// opens these volumes again; the rest of the source is as it is stored.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unlocked: Vec<ReportUnlocked>,
    /// In what its partition table is damaged or contradicts itself.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub table_faults: Vec<String>,
    /// Why the source was not scanned to its end, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ReportSource {
    /// Bytes of it that could not be read.
    pub fn unreadable_bytes(&self) -> u64 {
        self.unreadable.iter().map(|range| range.length).fold(0, u64::saturating_add)
    }

    /// Where it was, from wherever it is looked for.
    pub fn location(&self) -> PathBuf {
        PathBuf::from(self.absolute_path.as_ref().unwrap_or(&self.path))
    }
}

/// A file that holds a disk in another form than byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DiskContainer")]
pub struct ReportDiskContainer {
    /// What it is, such as `compressed with gzip`.
    pub kind: String,
    /// What is wrong with it where some of the disk is missing or wrong and nobody can tell which: it ends before its
    /// end, or a checksum of all of it does not hold. What is known to be missing is listed as unreadable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fault: Option<String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Clusters: the pieces that a file system lays files in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clusters {
    /// Bytes of one.
    pub size: u64,
    /// The first place where one begins, from the start of the source.
    pub first: u64,
}

/// An encrypted volume that was read through a key, of which nothing is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Unlocked")]
pub struct ReportUnlocked {
    /// `luks1`, `luks2` or `bitlocker`.
    #[serde(rename = "type")]
    pub kind: String,
    /// First byte of the volume, from the start of the source.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// First byte of what is decrypted in it, from the start of the source.
    pub payload_offset: u64,
    /// How many bytes those are.
    pub payload_length: u64,
    /// How they are encrypted, such as `aes-xts-plain64`.
    pub cipher: String,
    /// What of the volume the key fits, such as `key slot 0` or `recovery key`.
    pub opened_by: String,
    /// Number of its partition, where a table names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub partition: Option<u32>,
}

/// A file system on a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Volume")]
pub struct ReportVolume {
    /// Name of the file system, such as `fat32`.
    #[serde(rename = "type")]
    pub kind: String,
    /// First byte, from the start of the source.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Volume label, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Bytes a cluster.
    pub cluster_size: u64,
    /// Whether the file system agrees with itself.
    pub consistent: bool,
    /// In what it does not.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub faults: Vec<String>,
    /// Why its files cannot be read, such as an encryption.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locked: Option<String>,
    /// Whether it is no longer: another volume lies there now, or only records are left of it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub lost: bool,
    /// Number of its partition, where a table names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub partition: Option<u32>,
    /// Files that it lists as there, of all kinds.
    #[serde(default)]
    pub live: u64,
    /// Files that it lists as deleted, of all kinds.
    #[serde(default)]
    pub deleted: u64,
    /// Bytes in clusters that are free, where it says which are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub free: Option<u64>,
    /// Of samples from them, the share that holds one value, from 0 to 1: erased or never written.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub free_blank: Option<f32>,
    /// Photos that it lists as deleted and of which nothing was found, by their names.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub gone: u64,
    /// The first of them, by their paths.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub gone_files: Vec<ReportNameOnly>,
}

/// A photo of which the name is left alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Gone")]
pub struct ReportNameOnly {
    /// Where it was.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last modified, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub modified: Option<String>,
}
