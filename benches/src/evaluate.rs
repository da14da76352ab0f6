//! Layouts that a program beside the repository makes: `make.py` of a folder `evaluate`, whose images
//! and truths are those that `peers recall` reads.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::tools::SECTOR;

/// Bytes of a cluster in its layouts, unless a name says otherwise.
const CLUSTER: u32 = 4096;

/// Where the layouts come from.
#[derive(Clone, Debug)]
pub struct Evaluate {
    /// The folder of `make.py`.
    pub folder: PathBuf,
    /// The photos that it lays.
    pub photos: PathBuf,
    /// How many MiB of photos an image may hold.
    pub budget: u64,
}

impl Evaluate {
    /// Makes one layout in `work`, in place of any that is there, and gives the path of its truth.
    ///
    /// # Errors
    ///
    /// When the layout cannot be made, such as a file system without the rights to mount one.
    pub fn make(&self, scenario: &str, seed: u64, work: &Path) -> anyhow::Result<PathBuf> {
        let output = Command::new("python3")
            .arg(self.folder.join("make.py"))
            .arg("--photos")
            .arg(&self.photos)
            .arg("--out")
            .arg(work)
            .args(["--seed", &seed.to_string(), "--budget", &self.budget.to_string()])
            .args(["--scenario", scenario])
            .stdin(Stdio::null())
            .output()
            .context("python3 does not start")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", said.lines().last().unwrap_or("make.py fails"));
        Ok(work.join(format!("{scenario}.truth.json")))
    }
}

/// The block size that a user of that layout would know.
pub fn block(scenario: &str) -> u32 {
    match scenario {
        // Where photos begin at any byte, a sector is the least that can be told.
        "contiguous-512" | "trap" | "unaligned" | "embedded" | "bifragment-32k" => SECTOR,
        "ext2-1k-wiped" => 1024,
        _ => CLUSTER,
    }
}

/// The layouts that are run where none are named: from whole files to aged volumes.
pub const USUAL: [&str; 14] = [
    "contiguous-512",
    "unaligned",
    "embedded",
    "bifragment",
    "bifragment-siblings",
    "multifragment",
    "out-of-order",
    "braided",
    "truncated",
    "damaged",
    "fat32-aged",
    "fat32-aged-formatted",
    "ntfs-aged",
    "trap",
];
