//! From what was named to what is known.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::files::add_folder;
use super::former::add_report;
use super::kind::kept;
use crate::options::{KnownHashes, KnownList, ListFailure, LostHashes, Workers, each_photo};
use crate::output::destination::REPORT;

/// Bytes at the start of a file that tell its form.
const HEAD: u64 = 64;

/// Bytes that are read of a list at a time.
const BUFFER: usize = 1 << 20;

/// Why a report gives nothing.
const OF_REPORT: &str = "no photo that it lists was written; a dry run writes none";

/// Why a folder gives nothing.
const OF_FOLDER: &str = "no file is in this folder";

/// Why a list gives nothing.
const OF_LIST: &str = "it holds no MD5, SHA-1, SHA-256 or BLAKE3 of a file";

/// Reads what somebody has already: each of `paths` is a folder of photos, the output folder of a scan, a list of
/// digests, the text of NSRL, or a former report. Ends early where `is_stopped` says so.
///
/// # Errors
///
/// When one cannot be read, or gives no digest.
pub fn read_known(
    paths: &[PathBuf],
    workers: &Workers,
    is_stopped: &(dyn Fn() -> bool + Sync),
) -> Result<KnownHashes, ListFailure> {
    let read = |path: &PathBuf| {
        let failed = |why| ListFailure { path: path.clone(), why };
        let mut list = KnownList::new(path.to_string_lossy().into_owned());
        let nothing = add(&mut list, path, workers, is_stopped).map_err(failed)?;
        list.finish();
        match list.is_empty() && !is_stopped() {
            true => Err(failed(nothing.to_owned())),
            false => Ok(list),
        }
    };
    paths.iter().map(read).collect::<Result<_, _>>().map(KnownHashes::new)
}

/// Adds what `path` knows; gives what is to be said where that is nothing.
fn add(
    list: &mut KnownList,
    path: &Path,
    workers: &Workers,
    is_stopped: &(dyn Fn() -> bool + Sync),
) -> Result<&'static str, String> {
    if path.is_dir() {
        if add_report(list, &path.join(REPORT))? {
            return Ok(OF_REPORT);
        }
        return add_folder(list, path, workers, is_stopped).map(|()| OF_FOLDER);
    }
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head).map_err(|error| error.to_string())?;
    if head.starts_with(b"SQLite format 3") {
        return Err("it is a database; export its digests as text (CSV) first".to_owned());
    }
    let is_wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let is_json = text.starts_with(b"{") || text.starts_with(b"[");
    if is_json && add_report(list, path)? {
        return Ok(OF_REPORT);
    }
    if is_json || is_wide {
        add_whole(list, path)?;
    } else {
        let text = BufReader::with_capacity(BUFFER, head.as_slice().chain(file));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let passed_over = each_photo(text, &name, &mut |photo| {
            kept(&photo.digests).for_each(|digest| list.add(digest, photo.entry));
        })?;
        list.pass_over(passed_over);
    }
    Ok(OF_LIST)
}

/// Adds a list that is read as a whole: JSON of another program, text of Windows.
fn add_whole(list: &mut KnownList, path: &Path) -> Result<(), String> {
    let found = LostHashes::read(&[path.to_path_buf()]).map_err(|failure| failure.why)?;
    for photo in found.photos() {
        kept(&photo.digests).for_each(|digest| list.add(digest, photo.entry));
    }
    Ok(())
}
