//! How a file is unpacked, in words and as a command.

use std::ffi::OsStr;
use std::path::Path;

use super::shell::{free, quoted};
use Unpack::{Archive, Compressed, Damaged, Disk, DiskRaw, Other};

/// How something is unpacked. In a command `IN` stands for the file and `OUT` for what comes of it.
pub(in crate::source) enum Unpack {
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
    /// By nothing: it is damaged.
    Damaged,
}

impl Unpack {
    /// What to do with the file at `path`, which is damaged: a command that unpacks it fails.
    pub(in crate::source) fn advice_for_damaged(&self, path: &Path) -> String {
        match self {
            Compressed { .. } => {
                "look for a whole copy of it: what is compressed shows no photo as it lies"
                    .to_owned()
            }
            _ => Damaged.advice(path),
        }
    }

    /// What to do with the file at `path`.
    pub(in crate::source) fn advice(&self, path: &Path) -> String {
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
            Damaged => {
                let out = free(path, "img");
                let command = filled("cp IN OUT && truncate -s %512 OUT", path, &out);
                format!(
                    "look for a whole copy of it; to search its bytes as they lie, make a raw image of them with \
                     `{command}`, and scan that"
                )
            }
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
