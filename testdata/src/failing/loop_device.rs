//! A block device over a file.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A loop device, detached when this is dropped.
#[derive(Debug)]
pub struct LoopDevice {
    path: PathBuf,
}

impl LoopDevice {
    /// A read-only loop device over the file at `path`, which reads it past the page cache.
    ///
    /// # Errors
    ///
    /// When `losetup` is missing or may not do it.
    pub fn attach(path: &Path) -> io::Result<Self> {
        let mut losetup = Command::new("losetup");
        losetup.args(["--find", "--show", "--read-only", "--direct-io=on"]).arg(path);
        let output = losetup.output()?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(io::Error::other(why));
        }
        let device = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(LoopDevice { path: device.into() })
    }

    /// Its node, such as `/dev/loop0`.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        // What cannot be detached now goes when its last user does.
        drop(Command::new("losetup").arg("--detach").arg(&self.path).output());
    }
}
