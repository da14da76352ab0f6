//! How an encrypted backup is opened: from a password to the bytes of a file.

mod class_keys;
mod decrypted;
mod keybag;
mod length;
mod stretch;

pub use class_keys::{ClassKeys, FileKey, KeyFault, Locked, Watch};
pub use decrypted::Decrypted;
pub use keybag::{Derivation, Keybag, KeybagFault, MOST_ITERATIONS, WrappedClass};
pub use length::{ContentLength, content_length};
