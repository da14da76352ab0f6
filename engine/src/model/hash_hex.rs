//! A BLAKE3 hash as 64 digits; for `#[serde(with)]`.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serializer, de};

pub(crate) fn serialize<S: Serializer>(hash: &blake3::Hash, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(hash.to_hex().as_str())
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<blake3::Hash, D::Error> {
    let text = Cow::<str>::deserialize(from)?;
    blake3::Hash::from_hex(text.as_bytes()).map_err(de::Error::custom)
}
