//! From the command line of a scan to what the engine is asked to do.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::Algorithm;
use afterimage_engine::formats::Registry;
use afterimage_engine::formats::described as custom;
use afterimage_engine::options::{KnownHashes, LostHashes, Options, Workers};
use afterimage_engine::run::read_known;
use afterimage_engine::source::{Io, Pace};
use anyhow::Context;

use super::{Hash, Reading, Scan};
use crate::failure::Unknown;
use crate::{text, typed};

impl Scan {
    /// What the engine is asked to do.
    pub fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            output: self.output.clone(),
            resume: self.resume,
            command: typed::words(),
            registry: registry(self.signatures.as_deref())?,
            formats: self.format.iter().flat_map(|wanted| wanted.0.iter().copied()).collect(),
            quick: self.quick,
            archives: self.archives,
            dry_run: self.dry_run || self.list,
            all: self.all,
            filesystems: !self.no_filesystem,
            volume: self.volume,
            zone: self.timezone.clone(),
            select: self.chosen.select(!self.no_filesystem)?,
            embedded: self.embedded,
            hashes: algorithms(&self.hash)?,
            lost_hashes: lists(&self.lost_hashes)?,
            known: known(&self.known, self.threads.map_or(0, usize::from))?,
            hash_source: self.hash_source,
            threads: self.threads.map_or(0, usize::from),
            chunk_len: self.chunk_size,
            io: self.io.into(),
            min_size: self.least.min_size,
            min_pixels: self.least.min_pixels,
            range: self.range,
            map: self.map.clone(),
            image: self.image.clone(),
            photos_first: self.photos_first,
            case: self.case.data(),
            pace: Pace::of(self.read_limit.unwrap_or(0)),
            keys: self.unlock.keys()?,
            gallery: !self.no_gallery,
            ..Options::default()
        })
    }
}

impl From<Reading> for Io {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Auto => Io::Auto,
            Reading::Mmap => Io::Mmap,
            Reading::Read => Io::Read,
            Reading::Direct => Io::Direct,
        }
    }
}

/// The built-in formats, and those that a file describes.
pub(in crate::commands) fn registry(described: Option<&Path>) -> anyhow::Result<Registry> {
    let known = Registry::default();
    let Some(path) = described else { return Ok(known) };
    let text = bounded(path)
        .with_context(|| format!("cannot read the signatures in {}", path.display()))?;
    let names: Vec<_> = known.names().collect();
    match custom::parse(&text, &names) {
        Ok(formats) => Ok(known.with(formats)),
        Err(why) => anyhow::bail!("cannot use the signatures in {}: {why}", path.display()),
    }
}

/// The longest file of signatures, in bytes: thousands of them are shorter.
const LONGEST_SIGNATURES: u64 = 1 << 20;

/// The text in a file that is not longer than [`LONGEST_SIGNATURES`], whatever its length says: a device has
/// none, and no end.
fn bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST_SIGNATURES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_SIGNATURES {
        let why = format!("it is longer than {}", text::bytes(LONGEST_SIGNATURES));
        return Err(io::Error::other(why));
    }
    Ok(text)
}

/// The lists of digests in files; nothing where none is named.
fn lists(paths: &[PathBuf]) -> anyhow::Result<Option<Arc<LostHashes>>> {
    if paths.is_empty() {
        return Ok(None);
    }
    Ok(Some(Arc::new(LostHashes::read(paths)?)))
}

/// The files that are known already; nothing where none are named.
pub(in crate::commands) fn known(
    paths: &[PathBuf],
    threads: usize,
) -> anyhow::Result<Option<Arc<KnownHashes>>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let known = read_known(paths, &Workers::new(threads)?, &|| false);
    Ok(Some(Arc::new(known.map_err(Unknown)?)))
}

fn algorithms(hashes: &[Hash]) -> anyhow::Result<Vec<Algorithm>> {
    if hashes.contains(&Hash::None) && hashes.iter().any(|hash| *hash != Hash::None) {
        anyhow::bail!("cannot compute digests: --hash names none beside others; leave one out");
    }
    let algorithm = |hash: &Hash| match hash {
        Hash::Sha256 => Some(Algorithm::Sha256),
        Hash::Sha1 => Some(Algorithm::Sha1),
        Hash::Md5 => Some(Algorithm::Md5),
        Hash::None => None,
    };
    Ok(hashes.iter().filter_map(algorithm).collect())
}
