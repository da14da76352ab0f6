//! The metadata of LUKS 2, which is JSON.
//!
//! Source: "LUKS2 On-Disk Format Specification" 1.1.4, 3 "LUKS2 JSON metadata format". Large numbers are strings.

use std::collections::{BTreeMap, BTreeSet};

use argon2::Algorithm;
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::Value;

use super::super::argon::Costs;
use super::super::hash::Hash;
use super::super::metadata::{MOST_KEY_LEN, Metadata, Segment};
use super::super::slot::{Derivation, Proof, Slot};
use super::super::split::STRIPES;
use crate::source::unlock::fault::LockedWhy;
use crate::source::unlock::piece::LARGEST_SECTOR;

/// Key slots, digests and segments of one volume, each.
const MOST_OBJECTS: usize = 32;

/// The longest salt and digest, in bytes.
const LONGEST: usize = 512;

/// All of it; what is not read here is left out.
#[derive(Deserialize)]
struct Root {
    #[serde(default)]
    keyslots: BTreeMap<String, Value>,
    segments: BTreeMap<String, Value>,
    digests: BTreeMap<String, Value>,
    #[serde(default)]
    config: Config,
}

#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    requirements: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct JsonSlot {
    key_size: usize,
    af: JsonSplit,
    area: JsonArea,
    kdf: JsonDerivation,
}

#[derive(Deserialize)]
struct JsonSplit {
    stripes: u32,
    hash: String,
}

#[derive(Deserialize)]
struct JsonArea {
    encryption: String,
    key_size: usize,
    offset: String,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum JsonDerivation {
    #[serde(rename = "pbkdf2")]
    Pbkdf2 { hash: String, iterations: u32, salt: String },
    #[serde(rename = "argon2i")]
    Argon2i(JsonArgon),
    #[serde(rename = "argon2id")]
    Argon2id(JsonArgon),
}

#[derive(Deserialize)]
struct JsonArgon {
    time: u32,
    memory: u32,
    cpus: u32,
    salt: String,
}

#[derive(Deserialize)]
struct JsonSegment {
    #[serde(rename = "type")]
    kind: String,
    offset: String,
    size: String,
    #[serde(default)]
    iv_tweak: Option<String>,
    #[serde(default)]
    encryption: String,
    #[serde(default)]
    sector_size: u32,
    #[serde(default)]
    integrity: Option<Value>,
}

#[derive(Deserialize)]
struct JsonDigest {
    #[serde(rename = "type")]
    kind: String,
    keyslots: Vec<String>,
    segments: Vec<String>,
    hash: String,
    iterations: u32,
    salt: String,
    digest: String,
}

/// What the metadata of a header of `header_len` bytes says.
pub(super) fn parse(json: &[u8], header_len: u64) -> Result<Metadata, LockedWhy> {
    let len = json.iter().position(|&byte| byte == 0).unwrap_or(json.len());
    // The parser gives up on what is nested deeply.
    let root: Root = serde_json::from_slice(&json[..len])
        .map_err(|_| LockedWhy::Damaged("its metadata is not what a header has"))?;
    let counts = [root.keyslots.len(), root.segments.len(), root.digests.len()];
    if counts.into_iter().any(|count| count > MOST_OBJECTS) {
        return Err(LockedWhy::Damaged("it has more key slots or segments than there can be"));
    }
    let required = root.config.requirements.get("mandatory").and_then(Value::as_array);
    if let Some(first) = required.and_then(|required| required.first()) {
        let first = first.as_str().unwrap_or("something").to_owned();
        return Err(LockedWhy::unsupported(format!(
            "it requires {first:?}, as one does that was being encrypted anew; cryptsetup finishes that \
             (cryptsetup reencrypt --resume-only, cryptsetup repair)"
        )));
    }
    let (name, segment) = segment(&root)?;
    let digests: Vec<JsonDigest> = of_segment(&root, &name);
    let mut metadata = Metadata { slots: Vec::new(), unread: BTreeSet::new(), segment };
    for (number, value) in &root.keyslots {
        let Ok(number) = number.parse() else { continue };
        match slot(number, value, &digests, header_len) {
            Some(slot) => metadata.slots.push(slot),
            None => drop(metadata.unread.insert(number)),
        }
    }
    metadata.slots.sort_by_key(|slot| slot.number);
    Ok(metadata)
}

/// The only segment, and its name.
fn segment(root: &Root) -> Result<(String, Segment), LockedWhy> {
    let damaged = LockedWhy::Damaged("it has no segment that makes sense");
    let mut segments = root.segments.iter();
    let (Some((name, value)), None) = (segments.next(), segments.next()) else {
        return Err(LockedWhy::unsupported(
            "its payload is in several segments, as one is that was being encrypted anew; cryptsetup finishes that \
             (cryptsetup reencrypt --resume-only)",
        ));
    };
    let Ok(segment) = serde_json::from_value::<JsonSegment>(value.clone()) else {
        return Err(damaged);
    };
    if segment.kind != "crypt" {
        let kind = segment.kind;
        return Err(LockedWhy::unsupported(format!(
            "its payload is of the type {kind:?}, which is not read here"
        )));
    }
    if segment.integrity.is_some() {
        let what = "its sectors are authenticated (dm-integrity)";
        return Err(LockedWhy::unsupported(what));
    }
    let len = match segment.size.as_str() {
        "dynamic" => None,
        size => Some(size.parse().map_err(|_| damaged.clone())?),
    };
    let is_sane = segment.sector_size.is_power_of_two()
        && (512..=LARGEST_SECTOR).contains(&segment.sector_size);
    let first = segment.iv_tweak.as_deref().unwrap_or("0").parse().ok();
    let (Ok(at), Some(first), true) = (segment.offset.parse(), first, is_sane) else {
        return Err(damaged);
    };
    let sector = segment.sector_size;
    Ok((name.clone(), Segment { at, len, first, cipher: segment.encryption, sector }))
}

/// The digests that prove the key of a segment.
fn of_segment(root: &Root, segment: &str) -> Vec<JsonDigest> {
    let digests = root.digests.values();
    let digests =
        digests.filter_map(|value| serde_json::from_value::<JsonDigest>(value.clone()).ok());
    digests
        .filter(|digest| digest.kind == "pbkdf2" && digest.segments.iter().any(|of| of == segment))
        .collect()
}

fn slot(number: u32, value: &Value, digests: &[JsonDigest], header_len: u64) -> Option<Slot> {
    if value.get("type")? != "luks2" {
        return None;
    }
    let slot: JsonSlot = serde_json::from_value(value.clone()).ok()?;
    let is_sane = |len: usize| (1..=MOST_KEY_LEN).contains(&len);
    let at = slot.area.offset.parse().ok()?;
    // Keys lie after both headers.
    if !is_sane(slot.key_size)
        || !is_sane(slot.area.key_size)
        || slot.af.stripes != STRIPES
        || at < header_len.checked_mul(2)?
    {
        return None;
    }
    let named = number.to_string();
    let own = digests.iter().filter(|digest| digest.keyslots.contains(&named));
    let proofs: Vec<Proof> = own.filter_map(proof).collect();
    (!proofs.is_empty()).then_some(())?;
    Some(Slot {
        number,
        key_len: slot.key_size,
        split: Hash::of(&slot.af.hash)?,
        at,
        cipher: slot.area.encryption,
        cipher_key_len: slot.area.key_size,
        derivation: derivation(slot.kdf)?,
        proofs,
    })
}

fn derivation(kdf: JsonDerivation) -> Option<Derivation> {
    let (algorithm, argon) = match kdf {
        JsonDerivation::Pbkdf2 { hash, iterations, salt } => {
            let (hash, salt) = (Hash::of(&hash)?, decoded(&salt)?);
            return Some(Derivation::Pbkdf2 { hash, iterations, salt });
        }
        JsonDerivation::Argon2i(argon) => (Algorithm::Argon2i, argon),
        JsonDerivation::Argon2id(argon) => (Algorithm::Argon2id, argon),
    };
    let JsonArgon { time, memory, cpus: lanes, salt } = argon;
    Some(Derivation::Argon2 {
        costs: Costs { algorithm, memory, time, lanes },
        salt: decoded(&salt)?,
    })
}

fn proof(digest: &JsonDigest) -> Option<Proof> {
    Some(Proof {
        hash: Hash::of(&digest.hash)?,
        iterations: digest.iterations,
        salt: decoded(&digest.salt)?,
        digest: decoded(&digest.digest)?,
    })
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.trim().as_bytes()).ok()?;
    (bytes.len() <= LONGEST).then_some(bytes)
}
