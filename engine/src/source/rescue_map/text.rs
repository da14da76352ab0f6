//! The file of a map.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::map::RescueMap;
use super::parse::MOST_TEXT;
use crate::control::error::Error;

/// Reads the map in the file at `path`.
///
/// # Errors
///
/// [`Error::Open`] when it cannot be read, [`Error::Map`] when it is no map.
pub fn read_map(path: &Path) -> Result<RescueMap, Error> {
    let failed = |error| Error::open(path, error);
    let mut text = Vec::new();
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        // A pipe would wait for its writer.
        let fault = "it is no regular file".to_owned();
        return Err(Error::Map { path: path.to_path_buf(), fault });
    }
    let file = File::open(path).map_err(failed)?;
    file.take(MOST_TEXT + 1).read_to_end(&mut text).map_err(failed)?;
    RescueMap::parse(&text)
        .map_err(|fault| Error::Map { path: path.to_path_buf(), fault: fault.to_string() })
}
