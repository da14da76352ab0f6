//! Where backups of phones lie when nobody has moved them.

use std::path::PathBuf;

/// Below the home of a user: Finder and iTunes of a Mac, iTunes of Windows, Apple Devices of Windows.
const BELOW_HOME: [&str; 3] = [
    "Library/Application Support/MobileSync/Backup",
    "AppData/Roaming/Apple Computer/MobileSync/Backup",
    "Apple/MobileSync/Backup",
];

/// The folders that are there, of the user who asks.
pub fn usual() -> Vec<PathBuf> {
    let home = ["HOME", "USERPROFILE"].into_iter().find_map(std::env::var_os);
    let below =
        home.into_iter().flat_map(|home| BELOW_HOME.map(|path| PathBuf::from(&home).join(path)));
    let roaming = std::env::var_os("APPDATA")
        .map(|roaming| PathBuf::from(roaming).join("Apple Computer/MobileSync/Backup"));
    let mut found: Vec<PathBuf> = below.chain(roaming).filter(|path| is_there(path)).collect();
    found.sort();
    found.dedup();
    found
}

/// Whether there is such a folder, also where it may not be read: macOS hides what is in it.
fn is_there(path: &std::path::Path) -> bool {
    path.is_dir()
        || std::fs::read_dir(path)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}
