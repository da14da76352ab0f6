//! How an encrypted backup is opened: from a password to the bytes of a file.

mod class_keys;
mod decrypted;
mod keybag;
mod length;
mod stretch;

pub use class_keys::{ClassKeys, FileKey, Locked};
pub use decrypted::Decrypted;
pub use keybag::{Keybag, KeybagFault};
pub use length::content_length;
