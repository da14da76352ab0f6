//! A folder to write to, a device that fails, and the program run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use afterimage_testdata::failing::{FailingDevice, Faults};
use tempfile::TempDir;

pub struct Desk {
    folder: TempDir,
    mount: TempDir,
    pub device: FailingDevice,
    /// What the device holds.
    pub bytes: Vec<u8>,
}

pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    /// A device of so many sectors; nothing where none can be made.
    pub fn new(sectors: usize, faults: Faults) -> Option<Self> {
        let (folder, mount) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut random = Random(sectors as u64 + 1);
        let mut bytes = Vec::with_capacity(sectors * 512);
        while bytes.len() < sectors * 512 {
            // Some of it is zeros, as on every card.
            let is_zero = (bytes.len() >> 16) % 5 == 3;
            bytes.extend_from_slice(&(if is_zero { 0 } else { random.next() }).to_le_bytes());
        }
        fs::write(folder.path().join("content"), &bytes).unwrap();
        let device = mounted(folder.path(), mount.path(), faults)?;
        Some(Desk { folder, mount, device, bytes })
    }

    /// The same device and folder, with other faults.
    pub fn with_faults(self, faults: Faults) -> Option<Self> {
        let Desk { folder, mount, device, bytes } = self;
        drop(device);
        let device = mounted(folder.path(), mount.path(), faults)?;
        Some(Desk { folder, mount, device, bytes })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).unwrap()
    }

    /// Takes away what was written.
    pub fn clear(&self) {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if !path.ends_with("content") {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// Runs the program in the folder.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// Copies the device; `arguments` follow it.
    pub fn image(&self, arguments: &[&str]) -> Ran {
        let device = self.device.path();
        let all = ["image", device.to_str().unwrap(), "--quiet"];
        self.run(&[&all[..], arguments].concat())
    }

    /// Begins to.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let device = self.device.path();
        let all = [&["image", device.to_str().unwrap(), "--quiet"][..], arguments].concat();
        let mut command = self.command(&all);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterimage"));
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command
    }
}

fn mounted(folder: &Path, mount: &Path, faults: Faults) -> Option<FailingDevice> {
    let content = fs::File::open(folder.join("content")).unwrap();
    FailingDevice::mount(content, faults, mount)
        .inspect_err(|error| eprintln!("skipped: FUSE cannot be used here: {error}"))
        .ok()
}

fn ran(output: std::process::Output) -> Ran {
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What came of a child that gets Ctrl-C.
pub fn interrupted(child: Child) -> Ran {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    ran(child.wait_with_output().unwrap())
}

pub fn sha256(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bytes"), bytes).unwrap();
    let output = Command::new("sha256sum").arg(folder.path().join("bytes")).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

/// A number in an environment variable.
pub fn count(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Numbers that look random (xorshift64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end.max(1)
    }
}
