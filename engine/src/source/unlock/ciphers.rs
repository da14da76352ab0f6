//! Ciphers of disks: block ciphers, and the ways in which they decrypt sectors.

mod block;
#[cfg(feature = "luks")]
mod by_name;
mod cbc;
mod xts;

#[cfg(feature = "bitlocker")]
pub(super) use block::BlockCipher;
#[cfg(feature = "luks")]
pub(super) use by_name::by_name;
#[cfg(feature = "bitlocker")]
pub(super) use cbc::{Initial, decrypt as decrypt_cbc};
#[cfg(feature = "bitlocker")]
pub(super) use xts::Xts;
