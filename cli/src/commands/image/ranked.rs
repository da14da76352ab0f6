//! What of a device its file systems know: read first, or alone.

use std::path::{Path, PathBuf};

use afterimage_engine::SpanSet;
use afterimage_engine::formats::Registry;
use afterimage_engine::imaging::{Content, Imaged, Options, Priorities, write_domain};
use afterimage_engine::progress::Progress;
use afterimage_engine::source::{self, Io};

/// In what order the device is to be read. What has to be read to know that goes to the image.
pub fn order(
    device: &Path,
    options: &Options,
    progress: &Progress,
    notes: &mut Vec<String>,
) -> anyhow::Result<Vec<SpanSet>> {
    let source = source::open(device, Io::Direct)?;
    let sector = u64::from(source.sector_size());
    let imaged = Imaged::new(source, options, progress, &mut |note| notes.push(note.to_owned()))?;
    let known = Priorities::of(&imaged, &Registry::default());
    imaged.close()?;
    if known.volumes() == 0 {
        notes.push("no file system was recognised: all is read in order".to_owned());
    }
    Ok(known.photos_first(sector))
}

/// Writes a map of the part of the device that `content` is; gives where.
pub fn domain(
    device: &Path,
    options: &Options,
    content: Content,
    progress: &Progress,
) -> anyhow::Result<PathBuf> {
    let source = source::open(device, Io::Direct)?;
    let (len, sector) = (source.len(), u64::from(source.sector_size()));
    let imaged = Imaged::new(source, options, progress, &mut |_| {})?;
    let known = Priorities::of(&imaged, &Registry::default());
    imaged.close()?;
    if known.volumes() == 0 {
        anyhow::bail!(
            "no file system was recognised on {}: leave out --domain-of, and all of it is read",
            device.display()
        );
    }
    Ok(write_domain(options, len, &known.of_content(content, sector))?)
}
