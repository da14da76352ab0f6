//! The cloud drives whose trash can be asked for.

/// A cloud drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Vendor {
    /// Google Drive.
    Drive,
    /// Dropbox.
    Dropbox,
}

#[cfg(feature = "cloud")]
impl Vendor {
    /// Its word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Vendor::Drive => "drive",
            Vendor::Dropbox => "dropbox",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Vendor::Drive => "Google Drive",
            Vendor::Dropbox => "Dropbox",
        }
    }
}
