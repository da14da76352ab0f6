//! What a rescue came to, in words and as JSON.

use std::io::{self, Write};
use std::path::Path;

use afterimage_engine::error::Error;
use afterimage_engine::imaging::{Difference, Ended, Options, Outcome, Sidecar, Verified};
use afterimage_engine::source::shell::{quoted, quoted_word};
use serde_json::json;

use crate::system_words::{AS_ROOT, BEST_LISTER, DEVICE, DEVICES};
use crate::text::{self, bytes, count, percent, plain};
use crate::typed;

/// The failure, with what to do about it where that is special to images.
pub fn advised(error: Error) -> anyhow::Error {
    match &error {
        Error::NoRoom { .. } => anyhow::anyhow!(
            "{error}; make room and run the same command again: it goes on where it stopped"
        ),
        Error::Vanished { .. } => anyhow::anyhow!(
            "{error}; put it in again, let it rest, or try another reader, and run the same command again: it \
             goes on where it stopped"
        ),
        _ => error.into(),
    }
}

/// What is said where only one path is named: it may be the device or the file that its image goes to.
pub fn one_path(path: &Path, has_rights: bool) -> String {
    let shown = plain(&path.display().to_string());
    let is_device = path.starts_with(DEVICES) || path.to_string_lossy().starts_with(DEVICES);
    if !is_device && !path.exists() {
        let rights = if has_rights { "" } else { AS_ROOT };
        return format!(
            "no device is named to copy into {shown}: name it first, as in: {rights}afterimage image {DEVICE} {} \
             ({BEST_LISTER} names them)",
            quoted(path)
        );
    }
    let file = if path.ends_with(IMAGE) { COPY } else { IMAGE };
    let rights = if is_device && !has_rights { AS_ROOT } else { "" };
    format!(
        "no file is named for the image of {shown}: name one on another disk, as in: {rights}afterimage image {} \
         {file}",
        quoted(path)
    )
}

/// Files of images, as examples.
const IMAGE: &str = "card.img";
const COPY: &str = "copy.img";

/// The command that goes on: the same.
pub fn command() -> String {
    typed::words().iter().map(|word| quoted_word(word)).collect::<Vec<_>>().join(" ")
}

/// The command that goes on with the image that a scan has begun.
pub fn going_on(device: &Path, image: &Path) -> String {
    format!("afterimage image {} {}", quoted(device), quoted(image))
}

/// Prints what was done.
pub fn text(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let (map, sidecar) = (outcome.sidecar.map, &outcome.sidecar);
    let len = outcome.map.len();
    let (image, read) = (plain(&options.image.display().to_string()), map.finished);
    writeln!(out, "{image}: {} of {} read ({})", bytes(read), bytes(len), percent(read, len))?;
    if map.bad_sector > 0 {
        let areas = outcome.sidecar.unreadable.len();
        let areas = count(areas as u64, "range", "ranges");
        writeln!(
            out,
            "  cannot be read    {} bytes of bad sectors; {areas} are missing",
            map.bad_sector
        )?;
    }
    let left = map.non_tried + map.non_trimmed + map.non_scraped;
    if left > 0 {
        writeln!(out, "  still to be tried {}", bytes(left))?;
    }
    if let Some(hashes) = &sidecar.hashes {
        writeln!(out, "  BLAKE3   {}", hashes.image.blake3)?;
        writeln!(out, "  SHA-256  {}", hashes.image.sha256)?;
        if hashes.read != hashes.image {
            writeln!(out, "  of what was read, without the gaps:")?;
            writeln!(out, "  BLAKE3   {}", hashes.read.blake3)?;
            writeln!(out, "  SHA-256  {}", hashes.read.sha256)?;
        }
    }
    writeln!(out, "  map      {}", plain(&options.map().display().to_string()))?;
    writeln!(out, "  details  {}", plain(&options.sidecar().display().to_string()))?;
    if outcome.ended == Ended::Complete {
        let map =
            if read < len { format!(" --map {}", quoted(&options.map())) } else { String::new() };
        let first = options.split.map(|_| format!("{}.001", options.image.display()));
        let image = first.map_or_else(|| options.image.clone(), Into::into);
        let scan = format!("afterimage scan {}{map} --output recovered", quoted(&image));
        writeln!(out, "What to do next: {}", plain(&scan))?;
    }
    out.flush()
}

/// The same as JSON: the sidecar, how it ended, and what this run read.
pub fn json(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let ended = match outcome.ended {
        Ended::Complete => "complete",
        Ended::Stopped => "stopped",
        Ended::Failed => "failed",
    };
    let mut sidecar = outcome.sidecar.clone();
    // It is for the next run alone.
    sidecar.unfinished = None;
    let said = json!({
        "ended": ended,
        "failure": outcome.failure.as_ref().map(ToString::to_string),
        "image": options.image.display().to_string(),
        "map": options.map().display().to_string(),
        "read_in_this_run": outcome.read,
        "failed_reads": outcome.errors,
        "details": sidecar,
    });
    text::json(out, &said)
}

/// Prints what an E01 image holds.
pub fn converted(
    out: &mut dyn Write,
    sidecar: &Sidecar,
    image: &Path,
    json: bool,
) -> io::Result<()> {
    if json {
        return text::json(out, &json!({ "ended": "complete", "details": sidecar }));
    }
    let (name, map) = (plain(&image.display().to_string()), sidecar.map);
    writeln!(out, "{name}: {} of {}", bytes(map.finished), bytes(sidecar.device.size))?;
    for range in &sidecar.unreadable {
        writeln!(out, "  unreadable {:#x}, {} bytes", range.offset, range.length)?;
    }
    if let Some(hashes) = &sidecar.hashes {
        writeln!(out, "  BLAKE3   {}", hashes.image.blake3)?;
        writeln!(out, "  SHA-256  {}", hashes.image.sha256)?;
    }
    out.flush()
}

/// Prints what was found when an image was verified.
pub fn verified(out: &mut dyn Write, said: &Verified, image: &Path, json: bool) -> io::Result<()> {
    if json {
        let differences: Vec<_> = said
            .differences
            .iter()
            .map(|one| match one {
                Difference::Piece(range) => json!({ "what": "piece", "range": range }),
                Difference::Device(range) => json!({ "what": "device", "range": range }),
                Difference::Length { found, expected } => {
                    json!({ "what": "length", "found": found, "expected": expected })
                }
            })
            .collect();
        let said = json!({
            "image": said.image,
            "device": said.device,
            "unreadable": said.unreadable,
            "differences": differences,
        });
        return text::json(out, &said);
    }
    let name = plain(&image.display().to_string());
    for one in &said.differences {
        match one {
            Difference::Piece(range) => {
                let (at, end) = (range.offset, range.offset + range.length);
                let end = end.min(said.image.max(at));
                writeln!(out, "{name}: the bytes from {at:#x} to {end:#x} are not what they were")?;
            }
            Difference::Length { found, expected } => {
                writeln!(out, "{name}: it has {found} bytes, and had {expected}")?;
            }
            Difference::Device(range) => {
                writeln!(out, "{name}: the device has other bytes at {:#x}", range.offset)?;
            }
        }
    }
    if said.differences.is_empty() {
        writeln!(out, "{name}: {} are what they were", bytes(said.image))?;
    }
    if said.device > 0 || said.unreadable > 0 {
        let (same, lost) = (bytes(said.device), bytes(said.unreadable));
        writeln!(out, "  of the device, {same} were compared; {lost} cannot be read now")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_is_answered_with_what_is_missing() {
        let said = |path: &str| one_path(Path::new(path), false);
        assert!(said("nowhere/card.img").contains(&format!("image {DEVICE} nowhere/card.img")));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.img");
        std::fs::write(&path, b"").unwrap();
        let there = one_path(&path, false);
        assert!(there.ends_with("card.img copy.img"), "never itself: {there}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_copied_with_rights() {
        let said = |has_rights| one_path(Path::new("/dev/sdb"), has_rights);
        assert!(said(false).ends_with(": sudo afterimage image /dev/sdb card.img"));
        assert!(said(true).ends_with(": afterimage image /dev/sdb card.img"));
    }
}
