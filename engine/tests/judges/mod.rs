//! Programs that make containers, and say what is in them.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder for the files of one test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// One where programs are installed; says so where they are not.
    pub fn for_tools(tools: &[&str]) -> Option<Self> {
        let missing = tools.iter().find(|tool| !is_installed(tool));
        if let Some(tool) = missing {
            eprintln!("{tool} is not installed: nothing is compared with it");
            return None;
        }
        Some(Self::new())
    }

    pub fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn is_installed(tool: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(tool).is_file())
}

/// Whether a program is there, runs in `folder` and ends well.
pub fn runs(words: &[&str], folder: &Path) -> bool {
    if !is_installed(words[0]) {
        eprintln!("{} is not installed: nothing is compared with it", words[0]);
        return false;
    }
    let command = Command::new(words[0])
        .args(&words[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    if !command.status.success() {
        eprintln!("{words:?}: {}", String::from_utf8_lossy(&command.stderr));
    }
    command.status.success()
}

/// What a program makes of some bytes on its way from one pipe to the other; nothing where it is not installed.
pub fn filtered(words: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
    if !is_installed(words[0]) {
        eprintln!("{} is not installed: nothing is packed with it", words[0]);
        return None;
    }
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(bytes).unwrap();
    input.rewind().unwrap();
    let output = Command::new(words[0]).args(&words[1..]).stdin(input).output().unwrap();
    output.status.success().then_some(output.stdout)
}

/// Whether qemu-img converts a disk; an old one does not know every option.
pub fn convert(from: &Path, to: &Path, options: &[&str], folder: &Folder) -> bool {
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    let words: Vec<&str> =
        ["qemu-img", "convert"].iter().chain(options).copied().chain([from, to]).collect();
    runs(&words, folder.root())
}

/// A container of another maker; says so where it is not there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../shared/containers").join(name);
    if !path.is_file() {
        eprintln!("{} is not there: nothing is compared with it", path.display());
        return None;
    }
    Some(path)
}

/// The card that the README shows.
pub fn demo_card() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/card.img")).unwrap()
}

/// Bytes that do not compress.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..len.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(len).collect()
}
