//! Maps of parts of a device.

use std::path::PathBuf;

use super::beside::suffixed;
use super::options::Options;
use super::saver::replace;
use crate::control::error::Error;
use crate::model::SpanSet;
use crate::source::rescue_map::{BlockStatus, RescueMap};

/// Writes a map of a device of `len` bytes in which `domain` is finished and nothing else is, beside the image
/// of `options`, in place of an earlier one; gives its path.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_domain(options: &Options, len: u64, domain: &SpanSet) -> Result<PathBuf, Error> {
    let mut map = RescueMap::new(len);
    domain.iter().for_each(|span| map.set(span, BlockStatus::Finished));
    let comments = [
        format!("Domain map. Created by afterimage version {}", env!("CARGO_PKG_VERSION")),
        format!("Command line: {}", options.command.join(" ")),
    ];
    let path = suffixed(&options.image, ".domain.map");
    replace(&path, &map.text(&comments), false)?;
    Ok(path)
}
