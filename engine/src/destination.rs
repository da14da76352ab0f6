//! stub
#![expect(missing_docs, reason = "stub")]
use crate::error::Error;
use std::path::{Path, PathBuf};
pub struct Destination {
    pub path: PathBuf,
    pub fat: bool,
    pub free: u64,
}
pub fn check(o: &Path, _: &[PathBuf]) -> Result<Destination, Error> {
    Ok(Destination { path: o.to_path_buf(), fat: false, free: 1 << 40 })
}
impl Destination {
    pub fn create(&self) -> Result<(), Error> {
        std::fs::create_dir_all(&self.path).map_err(|e| Error::output("make", &self.path, e))
    }
}
