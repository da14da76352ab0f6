//! The tools that are compared, and how each is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use clap::ValueEnum;

use crate::photos;

/// PhotoRec's families of photos, RAW files and videos. A name that it does not know would end
/// its work without an error, so these are names of version 7.1.
const FAMILIES: &str =
    "jpg,png,gif,bmp,tif,mov,riff,raf,orf,rw2,crw,mrw,x3f,x3i,psd,psb,wdp,raw,rdc,m2ts";

/// Foremost's types of photos and videos; it knows no others.
const TYPES: &str = "jpg,png,gif,bmp,mov,mp4,avi";

/// Scalpel's rules for photos and videos, as in the file that it is shipped with, where all of
/// them are commented out. TIFF is cut at 20 MB instead of 200, since there is no end rule and
/// every hit would be written at full length.
const RULES: &str = r"
gif y 5000000 \x47\x49\x46\x38\x37\x61 \x00\x3b
gif y 5000000 \x47\x49\x46\x38\x39\x61 \x00\x3b
jpg y 5242880 \xff\xd8\xff???Exif \xff\xd9 REVERSE
jpg y 5242880 \xff\xd8\xff???JFIF \xff\xd9 REVERSE
png y 20000000 \x50\x4e\x47? \xff\xfc\xfd\xfe
bmp y 100000 BM??\x00\x00\x00
tif y 20000000 \x49\x49\x2a\x00
tif y 20000000 \x4D\x4D\x00\x2A
avi y 50000000 RIFF????AVI
mov y 10000000 ????moov
mov y 10000000 ????mdat
";

/// Rules for scalpel as a user would write them who knows the formats: every JPEG, whatever its first
/// segment, to its first footer; PNG to the end that PNG has.
const OWN_RULES: &str = r"
jpg y 52428800 \xff\xd8\xff \xff\xd9
png y 52428800 \x89PNG\x0d\x0a\x1a\x0a IEND\xae\x42\x60\x82
gif y 20000000 GIF8?a \x00\x3b
tif y 20000000 \x49\x49\x2a\x00
tif y 20000000 \x4d\x4d\x00\x2a
avi y 50000000 RIFF????AVI
mov y 10000000 ????ftyp
";

/// Magicrescue's recipes for photos and videos.
const RECIPES: [&str; 6] = ["jpeg-exif", "jpeg-jfif", "png", "canon-cr2", "nikon-raw", "avi"];

/// Length of a sector in bytes.
pub const SECTOR: u32 = 512;

/// A tool, or a way to call one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
#[expect(missing_docs, reason = "the tools' own names say it")]
pub enum Tool {
    Cat,
    Afterimage,
    AfterimageQuick,
    AfterimageDeep,
    Photorec,
    PhotorecBrute,
    PhotorecBlocks,
    Foremost,
    Scalpel,
    ScalpelRules,
    Recoverjpeg,
    RecoverjpegBytes,
    Magicrescue,
    TskRecover,
}

/// What a tool is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// JPEG and PNG.
    Common,
    /// Every format of photos, RAW files and videos that the tool knows.
    Everything,
}

/// What a tool is to do.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The image to look in.
    pub image: &'a Path,
    /// A folder that is there and empty.
    pub out: &'a Path,
    /// What to look for.
    pub wanted: Wanted,
    /// Files begin at multiples of so many bytes, for tools that are told so.
    pub block: u32,
}

impl Tool {
    /// How it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Cat => "cat",
            Tool::Afterimage => "afterimage",
            Tool::AfterimageQuick => "afterimage --quick",
            Tool::AfterimageDeep => "afterimage --fragments deep",
            Tool::Photorec => "PhotoRec",
            Tool::PhotorecBrute => "PhotoRec, brute force",
            Tool::PhotorecBlocks => "PhotoRec, brute force, block size told",
            Tool::Foremost => "foremost",
            Tool::Scalpel => "scalpel",
            Tool::ScalpelRules => "scalpel, better rules",
            Tool::Recoverjpeg => "recoverjpeg",
            Tool::RecoverjpegBytes => "recoverjpeg -b 1",
            Tool::Magicrescue => "magicrescue",
            Tool::TskRecover => "tsk_recover",
        }
    }

    /// Whether it reads the image and recovers nothing.
    pub fn is_floor(self) -> bool {
        self == Tool::Cat
    }

    /// Whether it is afterimage, however it is called.
    pub fn is_ours(self) -> bool {
        matches!(self, Tool::Afterimage | Tool::AfterimageQuick | Tool::AfterimageDeep)
    }

    /// The program.
    pub fn program(self, afterimage: &Path) -> PathBuf {
        match self {
            Tool::Cat => "cat".into(),
            Tool::Afterimage | Tool::AfterimageQuick | Tool::AfterimageDeep => {
                afterimage.to_path_buf()
            }
            Tool::Photorec | Tool::PhotorecBrute | Tool::PhotorecBlocks => "photorec".into(),
            Tool::Foremost => "foremost".into(),
            Tool::Scalpel | Tool::ScalpelRules => "scalpel".into(),
            Tool::Recoverjpeg | Tool::RecoverjpegBytes => "recoverjpeg".into(),
            Tool::Magicrescue => "magicrescue".into(),
            Tool::TskRecover => "tsk_recover".into(),
        }
    }

    /// What it says of its version; nothing where it is not installed.
    pub fn version(self, afterimage: &Path) -> Option<String> {
        let option = match self {
            _ if self.is_ours() || self == Tool::Cat => "--version",
            Tool::Photorec | Tool::PhotorecBrute | Tool::PhotorecBlocks => "/version",
            _ => "-V",
        };
        let output = Command::new(self.program(afterimage)).arg(option).output().ok()?;
        if self == Tool::Magicrescue {
            return Some("it tells no version".to_owned());
        }
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        text.lines().find(|line| line.contains(|c: char| c.is_ascii_digit())).map(str::to_owned)
    }

    /// The call that does a task.
    ///
    /// # Errors
    ///
    /// When a tool's configuration cannot be written into the output folder.
    pub fn call(self, afterimage: &Path, task: &Task<'_>) -> io::Result<Command> {
        let Task { image, out, wanted, block } = *task;
        let mut command = Command::new(self.program(afterimage));
        command.current_dir(out).env("TERM", "xterm");
        let inner = out.join(RESULTS);
        match self {
            Tool::Cat => command.arg(image),
            Tool::Afterimage | Tool::AfterimageQuick | Tool::AfterimageDeep => {
                let more: &[&str] = match self {
                    Tool::AfterimageQuick => &["--quick"],
                    Tool::AfterimageDeep => &["--fragments", "deep"],
                    _ => &[],
                };
                command.arg("scan").arg(image).args(["--all", "--output"]).arg(inner).args(more)
            }
            Tool::Photorec | Tool::PhotorecBrute | Tool::PhotorecBlocks => {
                let told = (self == Tool::PhotorecBlocks).then_some(block);
                let paranoid = if self == Tool::Photorec { "paranoid" } else { "paranoid_bf" };
                let commands = photorec(told, paranoid, wanted);
                command.arg("/d").arg(inner).arg("/cmd").arg(image).arg(commands)
            }
            Tool::Foremost => {
                let types = if wanted == Wanted::Common { "jpg,png" } else { TYPES };
                command.args(["-Q", "-t", types, "-o"]).arg(inner).arg("-i").arg(image)
            }
            Tool::Scalpel | Tool::ScalpelRules => {
                let known = if self == Tool::Scalpel { RULES } else { OWN_RULES };
                let rules = out.join("scalpel.conf");
                fs::write(&rules, scalpel(known, wanted))?;
                command.arg("-c").arg(rules).arg("-o").arg(inner).arg(image)
            }
            Tool::Recoverjpeg | Tool::RecoverjpegBytes => {
                fs::create_dir(&inner)?;
                let step = if self == Tool::Recoverjpeg { "512" } else { "1" };
                command.args(["-q", "-m", "100m", "-b", step, "-o"]).arg(inner).arg(image)
            }
            Tool::Magicrescue => {
                fs::create_dir(&inner)?;
                let recipes = RECIPES.iter().flat_map(|recipe| ["-r", recipe]);
                command.arg("-b").arg(block.to_string()).args(recipes).arg("-d");
                command.arg(inner).arg(image)
            }
            Tool::TskRecover => command.arg("-e").arg(image).arg(inner),
        };
        Ok(command)
    }

    /// The files in `out` that it handed over as recovered: paths below `out`. What tools write
    /// of their work does not count, nor do the thumbnails that PhotoRec writes beside photos.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn recovered(self, out: &Path) -> io::Result<Vec<PathBuf>> {
        let below = photos::files(out)?;
        let below = below.iter().filter_map(|path| path.strip_prefix(out).ok());
        Ok(below.filter(|path| self.hands_over(path)).map(Path::to_path_buf).collect())
    }

    /// Whether the file at `path`, below the output folder, is something recovered.
    fn hands_over(self, path: &Path) -> bool {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let (Some(first), Some(name)) = (parts.first(), parts.last()) else { return false };
        if !first.starts_with(RESULTS) || parts.len() < 2 {
            return false;
        }
        match self {
            Tool::Cat => false,
            Tool::Afterimage | Tool::AfterimageQuick | Tool::AfterimageDeep => {
                parts[1] == "photos" || parts[1] == "partial"
            }
            Tool::Photorec | Tool::PhotorecBrute | Tool::PhotorecBlocks => {
                *name != "report.xml" && !(name.starts_with('t') && name.ends_with(".jpg"))
            }
            Tool::Foremost | Tool::Scalpel | Tool::ScalpelRules => *name != "audit.txt",
            // What it was not asked for, because it cannot be asked for less.
            Tool::TskRecover => photos::is_photo_name(name),
            Tool::Recoverjpeg | Tool::RecoverjpegBytes | Tool::Magicrescue => true,
        }
    }
}

/// Where tools write, below their folder; PhotoRec adds a number.
pub const RESULTS: &str = "results";

/// PhotoRec's commands: the options that it has without any, except brute force and the block size.
fn photorec(block: Option<u32>, paranoid: &str, wanted: Wanted) -> String {
    let families = if wanted == Wanted::Common { "jpg,png" } else { FAMILIES };
    let families: String = families.split(',').map(|name| format!("{name},enable,")).collect();
    let block = block.map(|bytes| format!("blocksize,{bytes},")).unwrap_or_default();
    format!(
        "partition_none,{block}options,{paranoid},keep_corrupted_file_no,fileopt,everything,disable,{families}wholespace,search"
    )
}

/// Scalpel's configuration.
fn scalpel(rules: &str, wanted: Wanted) -> String {
    let is_common = |line: &&str| line.starts_with("jpg") || line.starts_with("png");
    let lines = rules.lines().filter(|line| wanted == Wanted::Everything || is_common(line));
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_say_of_their_work_is_not_recovered() {
        let of = |tool: Tool, path: &str| tool.hands_over(Path::new(path));
        assert!(of(Tool::Afterimage, "results/photos/undated/0x0.jpg"));
        assert!(!of(Tool::Afterimage, "results/report.json"));
        assert!(!of(Tool::Afterimage, "results/report/thumbs/1.jpg"));
        assert!(of(Tool::Photorec, "results.1/f0000000.jpg"));
        assert!(!of(Tool::Photorec, "results.1/t0000000.jpg"));
        assert!(!of(Tool::Photorec, "results.1/report.xml"));
        assert!(!of(Tool::Photorec, "photorec.se2"));
        assert!(!of(Tool::Scalpel, "scalpel.conf"));
        assert!(of(Tool::Foremost, "results/jpg/1.jpg"));
    }

    #[test]
    fn a_photorec_command_has_no_empty_word() {
        let command = photorec(Some(4096), "paranoid_bf", Wanted::Everything);
        assert!(command.starts_with("partition_none,blocksize,4096,options,paranoid_bf,"));
        assert!(command.ends_with(",m2ts,enable,wholespace,search") && !command.contains(",,"));
    }
}
