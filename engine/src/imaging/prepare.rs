//! All that is checked before a rescue writes anything.

use std::fs;
use std::path::Path;

use afterimage_signatures::verdict::Span;

use super::digests::HashState;
use super::image_file::part_path;
use super::options::Options;
use super::sidecar::Sidecar;
use crate::control::error::Error;
use crate::model::SpanSet;
use crate::output::destination;
use crate::source::rescue_map::{BlockStatus, RescueMap, read_map};
use crate::system::folder::FileId;
use crate::system::folder_of;

/// What a rescue begins with.
pub(super) struct Prepared {
    pub(super) map: RescueMap,
    /// What is wanted, in order.
    pub(super) domains: Vec<SpanSet>,
    /// What an earlier run wrote beside the image.
    pub(super) earlier: Option<Sidecar>,
    /// What should be known before it begins.
    pub(super) notes: Vec<String>,
    /// Whether the disk keeps holes in files.
    pub(super) is_sparse: bool,
}

/// Checks where `options` write, and reads what earlier runs left, for a device of `len` bytes.
pub(super) fn prepare(device: &Path, len: u64, options: &Options) -> Result<Prepared, Error> {
    let (image, map_path) = (&options.image, options.map());
    let refused = |why: String| Error::Image { path: image.clone(), why };
    let held = match options.split {
        Some(split) => parts(device, image, split)?,
        None => existing(device, image)?.map(|len| vec![len]),
    };
    let has_image = held.as_ref().map(|held| held.iter().sum::<u64>());
    let (longest, free, fat) = disk(device, image)?;
    for file in [image, &map_path, &options.sidecar()] {
        disk(device, file)?;
        // Files are replaced where a link to them stands, not where it leads.
        apart(device, folder_of(file), file)?;
    }
    if map_path == *image || options.sidecar() == map_path || map_path == device {
        return Err(refused("its map would have the same name".to_owned()));
    }
    let known = match fs::metadata(&map_path) {
        Ok(_) => Some(read_map(&map_path)?),
        Err(_) => None,
    };
    if known.is_none() && has_image.is_some_and(|len| len > 0) && options.merge.is_empty() {
        return Err(refused(format!(
            "there is a file of this name, and no map {} that says what it holds; name another file, or its \
             map with --map",
            map_path.display()
        )));
    }
    let mut map = known.unwrap_or_else(|| RescueMap::new(len));
    for other in &options.merge {
        let other = read_map(other)?;
        map = map.resized(map.len().max(other.len()));
        map.merge(&other);
    }
    let mut notes = Vec::new();
    let map = fitted(map, len, &mut notes);
    let map =
        held_by_image(map, held.as_deref().unwrap_or_default(), options.split).map_err(refused)?;
    let domains = domains(options, len)?;
    let wanted: SpanSet = domains.iter().flat_map(SpanSet::iter).collect();
    let todo = map.unfinished().inside(&wanted).total();
    if options.split.unwrap_or(len).min(len) > longest {
        let why = "its disk takes no file of this length (FAT takes 4 GiB); add --split 4G, or name a file on \
                   another disk";
        return Err(refused(why.to_owned()));
    }
    if todo > free {
        let room = format!(
            "{todo} bytes are still to be read, and {free} are free on the disk of {}; zeros take no room, and \
             when it is full the rescue can go on after making room",
            image.display()
        );
        notes.push(room);
    }
    let earlier = Sidecar::read(&options.sidecar())?;
    Ok(Prepared { map, domains, earlier, notes, is_sparse: !fat })
}

/// The length of all parts of a split image together, where there are any.
fn parts(device: &Path, image: &Path, split: u64) -> Result<Option<Vec<u64>>, Error> {
    if existing(device, image)?.is_some() {
        let why = "there is a file of this name that is not split; go on without --split, or name another";
        return Err(Error::Image { path: image.to_path_buf(), why: why.to_owned() });
    }
    let mut lengths = Vec::new();
    for number in 1.. {
        let path = part_path(image, number);
        let Some(len) = existing(device, &path)? else { break };
        if len > split {
            let why = format!(
                "it is longer than --split {split}: its parts were begun with another length; give that one"
            );
            return Err(Error::Image { path, why });
        }
        lengths.push(len);
    }
    Ok((!lengths.is_empty()).then_some(lengths))
}

/// Refuses an E01 image where there is one, or where writing it would write to the device.
pub(super) fn check_new(device: &Path, image: &Path) -> Result<(), Error> {
    if existing(device, image)?.is_some() {
        let why =
            "there is a file of this name, and an E01 image cannot be gone on with; name another";
        return Err(Error::Image { path: image.to_path_buf(), why: why.to_owned() });
    }
    disk(device, image).map(drop)
}

/// The length of the image, where there is one that may be written to.
fn existing(device: &Path, image: &Path) -> Result<Option<u64>, Error> {
    let refused = |why: &str| Error::Image { path: image.to_path_buf(), why: why.to_owned() };
    let Ok(found) = fs::metadata(image) else { return Ok(None) };
    if found.is_dir() {
        return Err(refused("it is a folder; name a file in it"));
    }
    if !found.is_file() {
        return Err(refused("it is not a regular file, and all that it holds would be lost"));
    }
    let id = |path| FileId::at(path).ok();
    if id(device).is_some_and(|device| id(image) == Some(device)) {
        return Err(refused("it is what is to be copied"));
    }
    Ok(Some(found.len()))
}

/// The longest file on the disk of `file`, the room there, and whether it is FAT; refused where writing to it
/// would write to the device.
fn disk(device: &Path, file: &Path) -> Result<(u64, u64, bool), Error> {
    // A link leads where it leads.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let folder = folder_of(&file);
    let failed = |error| Error::output("write to the folder", folder, error);
    fs::metadata(folder).map_err(failed)?;
    apart(device, folder, &file)?;
    destination::room(folder).map_err(failed)
}

/// Refuses a folder on the device, for what is to be written as `file`.
fn apart(device: &Path, folder: &Path, file: &Path) -> Result<(), Error> {
    let told = |error| match error {
        Error::Destination { why, .. } => Error::Image { path: file.to_path_buf(), why },
        other => other,
    };
    destination::check_beside_medium(folder, device).map_err(told)
}

/// The map for what the reader says that the device is long, without losing what another reader has read
/// beyond that.
fn fitted(map: RescueMap, len: u64, notes: &mut Vec<String>) -> RescueMap {
    let known = map.chosen(|status| status != BlockStatus::NonTried);
    let known_end = known.as_slice().last().map_or(0, Span::end);
    if map.len() != len && known_end > 0 {
        notes.push(format!(
            "the map is of a device of {} bytes, and this one has {len}; what lies beyond either is kept as it is",
            map.len()
        ));
    }
    map.resized(len.max(known_end))
}

/// The map as far as the image can hold what it says: its files, or parts of `split` bytes, are as long as `held`
/// says.
fn held_by_image(
    mut map: RescueMap,
    held: &[u64],
    split: Option<u64>,
) -> Result<RescueMap, String> {
    if held.is_empty() && !map.finished().is_empty() {
        return Err("its map says that some of it was read, and the file is not there; put it back, or take the \
                    map away to begin again"
            .to_owned());
    }
    let part_len = split.unwrap_or(u64::MAX);
    let there = held
        .iter()
        .zip(0u64..)
        .map(|(&len, number)| Span { at: number.saturating_mul(part_len), len });
    let there: SpanSet = there.collect();
    let lost = map.finished().outside(&there);
    for span in lost.iter() {
        map.set(span, BlockStatus::NonTried);
        map.standing = Default::default();
    }
    Ok(map)
}

/// What is wanted of a device of `len` bytes: what is to come first, and then the rest.
fn domains(options: &Options, len: u64) -> Result<Vec<SpanSet>, Error> {
    let all = SpanSet::from(vec![Span { at: 0, len }]);
    let all = match &options.domain {
        Some(path) => read_map(path)?.finished().inside(&all),
        None => all,
    };
    let first = options.order.iter().map(|order| order.inside(&all));
    Ok(first.filter(|set| !set.is_empty()).chain([all.clone()]).collect())
}

/// What an earlier run hashed of the image, where the map and the file are still those.
pub(super) fn hashed(earlier: Option<&Sidecar>, map: &RescueMap, inode: u64) -> Option<HashState> {
    let unfinished = earlier?.unfinished.as_ref()?;
    let state = &unfinished.hashed;
    let is_there = !state.is_empty() && map.finished().holds(Span { at: 0, len: state.len() });
    (is_there && inode == unfinished.inode).then(|| state.clone())
}
