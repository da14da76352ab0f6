//! Files that hold a disk or photos in another form than a raw image: compressed, in an archive, in the blocks
//! of a virtual disk. They are known by their content, never by their name, and named with the command that
//! unpacks them.
//!
//! What is compressed shows no photo to anybody, and a virtual disk keeps its blocks in an order of its own: to
//! scan either would find nothing, or pieces. What holds files or a disk as they are can be scanned all the same.

mod disk;
mod tar;
mod zip;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::source::definition::Source;

/// A file in another form than a raw image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// What it is, after "it is".
    pub what: String,
    /// Whether photos can be found in it as it is.
    pub is_scannable: bool,
    /// What to do, in one sentence without its full stop.
    pub advice: String,
}

/// What a file of a known form begins with, and what unpacks it.
struct Form {
    what: &'static str,
    at: u64,
    magic: &'static [u8],
    unpack: Unpack,
}

/// How something is unpacked. In a command `IN` stands for the file and `OUT` for what comes of it.
enum Unpack {
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

use Unpack::{Archive, Compressed, Disk, DiskRaw, Other};

const FORMS: &[Form] = &[
    form("compressed with gzip", b"\x1f\x8b\x08", GZIP),
    Form { at: 4, ..form("compressed with bzip2", b"1AY&SY", BZIP2) },
    form("compressed with xz", b"\xfd7zXZ\0", XZ),
    form("compressed with zstd", b"\x28\xb5\x2f\xfd", ZSTD),
    form("compressed with lz4", b"\x04\x22\x4d\x18", Disk("lz4 -d IN OUT")),
    form("compressed with lzip", b"LZIP\x01", Disk("lzip -dc IN > OUT")),
    form("compressed with lzop", b"\x89LZO\0\r\n\x1a\n", Disk("lzop -dc IN > OUT")),
    form("compressed with compress", b"\x1f\x9d\x90", Disk("gzip -dc IN > OUT")),
    form("a 7z archive", b"7z\xbc\xaf\x27\x1c", Archive("7z x IN -oOUT")),
    form("a RAR archive", b"Rar!\x1a\x07", Archive("7z x IN -oOUT")),
    form("a Windows cabinet", b"MSCF\0\0\0\0", Archive("cabextract -d OUT IN")),
    form(
        "a Windows image (WIM)",
        b"MSWIM\0\0\0",
        Archive("wimlib-imagex extract IN 1 --dest-dir=OUT"),
    ),
    form("a compressed file system (SquashFS)", b"hsqs", Archive("unsquashfs -d OUT IN")),
    form("an L01 image (logical evidence)", b"LVF\x09\r\n\xff\0", L01),
    form("an Lx01 image (logical evidence)", b"LEF2\r\n\x81\0", L01),
    form("an Ex01 image (Expert Witness)", b"EVF2\r\n\x81\0", E01),
    form("an AFF image", b"AFF10\r\n\0", Disk("affcat IN > OUT")),
    form("a QED disk image", b"QED\0", Disk("qemu-img convert -f qed -O raw IN OUT")),
    form("a VHDX disk image", b"vhdxfile", Disk("qemu-img convert -f vhdx -O raw IN OUT")),
    form("a Parallels disk image", b"WithoutFreeSpace", PARALLELS),
    form("a Parallels disk image", b"WithouFreSpacExt", PARALLELS),
    form("a VMware disk image (VMDK)", b"COWD", Disk("qemu-img convert -f vmdk -O raw IN OUT")),
    Form { at: 0x40, ..form("a VirtualBox disk image (VDI)", b"\x7f\x10\xda\xbe", VDI) },
    form(
        "a sparse image of macOS",
        b"sprs",
        Other("on a Mac: hdiutil convert IN -format UDTO -o OUT"),
    ),
    form("a sparse image of Android", b"\x3a\xff\x26\xed\x01\0", Disk("simg2img IN OUT")),
    form("a Partclone image", b"partclone-image", Disk("partclone.restore -C -W -s IN -O OUT")),
    form("a Partimage image", b"PaRtImAgE-VoLuMe", Other("restore it with partimage")),
];

const GZIP: Unpack =
    Compressed { tool: "gunzip -k IN", extensions: &["gz", "tgz"], other: "gzip -dc IN > OUT" };
const BZIP2: Unpack = Compressed {
    tool: "bunzip2 -k IN",
    extensions: &["bz2", "tbz2", "tbz"],
    other: "bzip2 -dc IN > OUT",
};
const XZ: Unpack =
    Compressed { tool: "unxz -k IN", extensions: &["xz", "txz"], other: "xz -dc IN > OUT" };
const ZSTD: Unpack =
    Compressed { tool: "unzstd IN", extensions: &["zst", "tzst"], other: "zstd -dc IN > OUT" };
const E01: Unpack = DiskRaw("ewfexport -u -f raw -t OUT IN");
const L01: Unpack = Archive("ewfexport -u -f files -t OUT IN");
const VDI: Unpack = Disk("qemu-img convert -f vdi -O raw IN OUT");
const PARALLELS: Unpack = Disk("qemu-img convert -f parallels -O raw IN OUT");

const fn form(what: &'static str, magic: &'static [u8], unpack: Unpack) -> Form {
    Form { what, at: 0, magic, unpack }
}

/// What form a file has, if it is none of a raw image.
pub fn recognise(source: &dyn Source) -> Option<Packed> {
    let known = FORMS.iter().find(|form| starts(source, form.at, form.magic));
    known
        .map(|form| refused(form.what, form.unpack.advice(source.path())))
        .or_else(|| disk::recognise(source))
        .or_else(|| zip::recognise(source))
        .or_else(|| tar::recognise(source))
}

/// What cannot be scanned as it is.
fn refused(what: impl Into<String>, advice: String) -> Packed {
    Packed { what: what.into(), is_scannable: false, advice }
}

/// Whether `magic` stands at `at`.
fn starts(source: &dyn Source, at: u64, magic: &[u8]) -> bool {
    read(source, at, magic.len()).is_some_and(|bytes| bytes == magic)
}

/// The `len` bytes at `at`, where there are so many.
fn read(source: &dyn Source, at: u64, len: usize) -> Option<Vec<u8>> {
    at.checked_add(len as u64).filter(|end| *end <= source.len())?;
    let mut bytes = vec![0; len];
    source.read_at(at, &mut bytes);
    Some(bytes)
}

impl Unpack {
    /// What to do with the file at `path`.
    fn advice(&self, path: &Path) -> String {
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
fn to_scan(command: &str, out: &Path) -> String {
    format!("unpack it with `{command}`, then: afterimage scan {} --output DIR", quoted(out))
}

fn filled(command: &str, path: &Path, out: &Path) -> String {
    // The name of the file may have the word for the other in it.
    let parts: Vec<String> =
        command.split("IN").map(|part| part.replace("OUT", &quoted(out))).collect();
    parts.join(&quoted(path))
}

/// Most names that are tried.
const MOST_TRIES: u32 = 99;

/// A path beside `path` with another extension at which nothing is yet.
fn free(path: &Path, extension: &str) -> PathBuf {
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
fn quoted(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:=@%".contains(byte);
    let text = path.to_string_lossy();
    let text = if text.starts_with('-') { format!("./{text}") } else { text.into_owned() };
    if !text.is_empty() && OsStr::new(&text).as_bytes().iter().all(|byte| plain(byte)) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests;
