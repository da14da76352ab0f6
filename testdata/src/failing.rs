//! A device that fails: a file whose sectors cannot be read, are slow, heal after some attempts, or are gone with
//! the whole device; and a count of what was asked of each sector.
//!
//! The file is served by FUSE, past the page cache, so that every request is seen. [`FailingDevice::attach`]
//! puts a loop device over it, which is a block device as a card is. Both need `/dev/fuse`, and loop devices
//! need root: where that is missing, making one fails, and a test says that it was skipped.

mod faults;
mod filesystem;
mod loop_device;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use fuser::{BackgroundSession, Config, MountOption};

pub use faults::{Fault, Faults};
use filesystem::{Served, Server};
pub use loop_device::LoopDevice;

/// Bytes in a sector: faults and counts are by sectors.
pub const SECTOR: u64 = 512;

/// Name of the file in its folder.
const NAME: &str = "device.img";

/// A file that fails as its [`Faults`] say, for as long as this lives.
pub struct FailingDevice {
    served: Arc<Served>,
    // Dropped before the folder that it is mounted on.
    session: Option<BackgroundSession>,
    folder: PathBuf,
}

impl FailingDevice {
    /// Serves `image` with `faults` in the existing, empty folder `folder`.
    ///
    /// # Errors
    ///
    /// When the image cannot be read, or FUSE cannot be used here.
    pub fn mount(image: File, faults: Faults, folder: &Path) -> io::Result<Self> {
        let served = Arc::new(Served::new(image, faults)?);
        let mut config = Config::default();
        config.mount_options = vec![MountOption::RO, MountOption::FSName("failing".to_owned())];
        config.n_threads = Some(2);
        let session = fuser::spawn_mount(Server(Arc::clone(&served)), folder, &config)?;
        Ok(FailingDevice { served, session: Some(session), folder: folder.to_path_buf() })
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// A loop device over the file, past the page cache below it.
    ///
    /// # Errors
    ///
    /// When `losetup` is missing or may not do it.
    pub fn attach(&self) -> io::Result<LoopDevice> {
        LoopDevice::attach(&self.path())
    }

    /// How often each sector was asked for so far, whether it was delivered or not.
    pub fn attempts(&self) -> Vec<u32> {
        self.served.attempts.iter().map(|count| count.load(Relaxed)).collect()
    }

    /// Counts from zero again; sectors that healed stay so.
    pub fn forget_attempts(&self) {
        self.served.attempts.iter().for_each(|count| count.store(0, Relaxed));
    }

    /// From now on nothing can be read: the device was pulled out.
    pub fn vanish(&self) {
        self.served.is_gone.store(true, Relaxed);
    }
}

impl Drop for FailingDevice {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // A loop device that is still attached keeps the mount busy; it ends with the process.
            drop(session.umount_and_join());
        }
    }
}

#[cfg(test)]
mod tests;
