//! Trash folders: of Windows, macOS, Linux and Android, and what a check of a file system could not name.

mod android;
mod ansi;
mod composed;
mod free_desktop;
mod info2;
mod lost;
mod macos;
mod orphaned;
mod phone;
mod recycle_bin;
mod recycler;
#[cfg(test)]
mod tests;
mod trash_info;
mod trash_labels;

pub use android::AndroidTrash;
pub use free_desktop::FreeDesktopTrash;
pub use macos::MacTrash;
pub use orphaned::OrphanedFiles;
pub use phone::PhoneTrash;
pub use recycle_bin::RecycleBin;
pub use recycler::Recycler;
