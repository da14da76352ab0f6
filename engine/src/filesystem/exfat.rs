//! exFAT.

use afterimage_signatures::Bytes;

use crate::filesystem::{Clue, Contents, FileSystem, SECTOR};

/// exFAT.
#[derive(Clone, Copy, Debug)]
pub struct ExFat;

impl FileSystem for ExFat {
    fn name(&self) -> &'static str {
        "exfat"
    }

    fn clue(&self, _: &[u8; SECTOR]) -> Option<Clue> {
        None
    }

    fn read(&self, _: &dyn Bytes, _: u64, _: u64) -> Option<Contents> {
        None
    }

    fn read_copy(&self, _: &dyn Bytes, _: u64) -> Option<Contents> {
        None
    }

    fn salvage(&self, _: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
        Vec::new()
    }
}
