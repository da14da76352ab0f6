//! Bytes as lower-case hexadecimal digits, in ledgers and in reports.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serializer, de};

/// The digits of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The bytes of lower-case digits.
pub(crate) fn decode(digits: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(digits.as_bytes()).ok()
}

/// Writes bytes as a text of digits; for `#[serde(with)]`.
pub(crate) fn serialize<S: Serializer>(bytes: &impl AsRef<[u8]>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&encode(bytes.as_ref()))
}

/// Reads what [`serialize`] wrote.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(from)?;
    HEXLOWER.decode(text.as_bytes()).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, Deserialize, PartialEq, Debug)]
    struct Kept {
        #[serde(with = "super")]
        bytes: Vec<u8>,
        #[serde(with = "crate::model::hash_hex")]
        hash: blake3::Hash,
    }

    #[test]
    fn digits_read_back_as_bytes() {
        let kept = Kept { bytes: vec![0, 0xd9, 0xff], hash: blake3::hash(b"abc") };
        let text = serde_json::to_string(&kept).unwrap();
        assert!(text.starts_with(r#"{"bytes":"00d9ff","hash":"6437b3ac"#), "{text}");
        assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), kept);
        for bad in ["0", "0D", "zz"] {
            let text = text.replace("00d9ff", bad);
            assert!(serde_json::from_str::<Kept>(&text).is_err(), "{bad}");
        }
    }
}
