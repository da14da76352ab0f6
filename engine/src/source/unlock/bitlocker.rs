//! BitLocker, as Windows 7 and later make it: by password, recovery key or startup key, and what is suspended without any.
//!
//! Source: J. Metz, "BitLocker Drive Encryption (BDE) format specification"; N. Ferguson, "AES-CBC + Elephant diffuser:
//! A Disk Encryption Algorithm for Windows Vista". Numbers are little-endian.

mod cipher;
mod elephant;
mod entry;
mod metadata;
mod open;
mod protector;
mod recovery;
mod sealed;
mod startup;

pub(super) use open::open;
