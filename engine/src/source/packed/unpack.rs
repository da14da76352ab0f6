//! How a file is unpacked, in words and as a command.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use Unpack::{Archive, Compressed, Disk, DiskRaw, Other};

/// How something is unpacked. In a command `IN` stands for the file and `OUT` for what comes of it.
pub(super) enum Unpack {
    /// By a command that leaves out the last extension, which is one of those given.
    Compressed { tool: &'static str, extensions: &'static [&'static str], other: &'static str },
    /// By a command that fills the folder `OUT`.
    Archive(&'static str),
    /// By a command that makes the raw image `OUT`.
    Disk(&'static str),
    /// By a command that makes the raw image `OUT.raw`.
    DiskRaw(&'static str),
    /// By no command that everybody has.
    Other(&'static str),
}

impl Unpack {
    /// What to do with the file at `path`.
    pub(super) fn advice(&self, path: &Path) -> String {
        match self {
            Compressed { tool, extensions, other } => {
                let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
                if extensions.contains(&extension) {
                    let out =
                        path.with_extension(if extension.starts_with('t') { "tar" } else { "" });
                    to_scan(&filled(tool, path, &out), &out)
                } else {
                    Disk(other).advice(path)
                }
            }
            Disk(command) => {
                let out = free(path, "img");
                to_scan(&filled(command, path, &out), &out)
            }
            DiskRaw(command) => {
                let (out, raw) = (free(path, "raw").with_extension(""), free(path, "raw"));
                to_scan(&filled(command, path, &out), &raw)
            }
            Archive(command) => {
                let command = filled(command, path, &free(path, ""));
                format!(
                    "unpack it with `{command}`: photos in it are whole files already, and a disk image \
                     in it can be scanned"
                )
            }
            Other(what) => filled(what, path, &free(path, "")),
        }
    }
}

/// The sentence for a command that makes something to scan.
pub(super) fn to_scan(command: &str, out: &Path) -> String {
    format!("unpack it with `{command}`, then: afterimage scan {} --output DIR", quoted(out))
}

pub(super) fn filled(command: &str, path: &Path, out: &Path) -> String {
    // The name of the file may have the word for the other in it.
    let parts: Vec<String> =
        command.split("IN").map(|part| part.replace("OUT", &quoted(out))).collect();
    parts.join(&quoted(path))
}

/// Most names that are tried.
const MOST_TRIES: u32 = 99;

/// A path beside `path` with another extension at which nothing is yet.
pub(super) fn free(path: &Path, extension: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let stem = Path::new(stem).file_stem().filter(|_| is_image(Path::new(stem))).unwrap_or(stem);
    let named = |number: u32| {
        let mut name = stem.to_os_string();
        if number > 0 {
            name.push(format!("-unpacked-{number}"));
        }
        if !extension.is_empty() {
            name.push(format!(".{extension}"));
        }
        path.with_file_name(name)
    };
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    (0..MOST_TRIES).map(named).find(is_free).unwrap_or_else(|| named(MOST_TRIES))
}

/// Whether a name is that of a raw image, as in `card.img.lz4`.
fn is_image(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ["img", "raw", "dd", "iso", "bin"].contains(&extension)
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:=@%".contains(byte);
    let text = path.to_string_lossy();
    let text = if text.starts_with('-') { format!("./{text}") } else { text.into_owned() };
    if !text.is_empty() && OsStr::new(&text).as_bytes().iter().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
