//! Maps: which part of the disk lies where in which stream.

use super::volumes::Volumes;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::refusal::Refusal;

/// Bytes of a row.
const ROW: usize = 28;

/// What streams without bytes of their own are called: zeros, what was never read or could not be, and one byte again
/// and again.
const SCHEMA: &str = "http://aff4.org/Schema#";
const ZERO: &str = "Zero";
const UNKNOWN: [&str; 2] = ["UnknownData", "UnreadableData"];
const SYMBOL: &str = "SymbolicStream";

/// Where a part of a disk lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its first byte in the disk.
    pub(super) at: u64,
    pub(super) len: u64,
    /// Its first byte in the target.
    pub(super) target_at: u64,
    pub(super) target: Target,
}

/// What a part of a disk lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Nothing: it is zeros.
    Zero,
    /// Nothing: it was not read.
    Unknown,
    /// Nothing: it is this byte again and again.
    Filled(u8),
    /// The stream that begins there among all streams.
    Stream(u64),
}

/// The rows of a map, in order and apart. `open` finds where a stream begins among all.
pub(super) fn read(
    files: &Files,
    volumes: &Volumes,
    name: &str,
    open: &mut dyn FnMut(&str) -> Result<u64, Refusal>,
) -> Result<Vec<Row>, Refusal> {
    let damaged = || Refusal::damaged("map");
    let part = |part: &str| {
        let member = volumes.member(&format!("{name}/{part}"));
        member.and_then(|member| member.content(files)).ok_or_else(damaged)
    };
    let (bytes, names) = (part("map")?, part("idx")?);
    let names = String::from_utf8_lossy(&names);
    let targets: Result<Vec<Target>, Refusal> =
        names.lines().map(|name| target(name.trim(), open)).collect();
    let targets = targets?;
    let rows = bytes.as_chunks::<ROW>().0.iter();
    let rows: Option<Vec<Row>> = rows.map(|row| self::row(row, &targets)).collect();
    let mut rows = rows.ok_or_else(damaged)?;
    rows.retain(|row| row.len > 0);
    rows.sort_by_key(|row| row.at);
    let is_apart = |pair: &[Row]| pair[0].at + pair[0].len <= pair[1].at;
    if !rows.windows(2).all(is_apart) {
        return Err(damaged());
    }
    Ok(rows)
}

/// What a name of a stream stands for.
pub(super) fn target(
    name: &str,
    open: &mut dyn FnMut(&str) -> Result<u64, Refusal>,
) -> Result<Target, Refusal> {
    let Some(word) = name.strip_prefix(SCHEMA) else { return open(name).map(Target::Stream) };
    let symbol = word.strip_prefix(SYMBOL).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    match symbol {
        Some(0) => Ok(Target::Zero),
        Some(byte) => Ok(Target::Filled(byte)),
        None if word == ZERO => Ok(Target::Zero),
        None if UNKNOWN.contains(&word) => Ok(Target::Unknown),
        None => Err(Refusal::new(format!("with a stream that is not known ({word})"))),
    }
}

/// The streams with bytes of their own that a map names, each once.
pub(super) fn streams(files: &Files, volumes: &Volumes, name: &str) -> Vec<String> {
    let names = volumes.member(&format!("{name}/idx")).and_then(|member| member.content(files));
    let names = names.unwrap_or_default();
    let names = String::from_utf8_lossy(&names);
    let mut streams: Vec<String> = names
        .lines()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.starts_with(SCHEMA))
        .collect();
    streams.sort();
    streams.dedup();
    streams
}

/// A row, when its numbers can be.
fn row(row: &[u8; ROW], targets: &[Target]) -> Option<Row> {
    let (at, len, target_at) = (u64_le(row, 0)?, u64_le(row, 8)?, u64_le(row, 16)?);
    at.checked_add(len).filter(|end| *end <= i64::MAX as u64)?;
    let target = *targets.get(u32_le(row, 24)? as usize)?;
    Some(Row { at, len, target_at, target })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_known_by_their_names() {
        let mut open = |name: &str| match name {
            "aff4://a" => Ok(77),
            _ => Err(Refusal::damaged("stream")),
        };
        for (name, expected) in [
            ("aff4://a", Some(Target::Stream(77))),
            ("aff4://b", None),
            ("http://aff4.org/Schema#Zero", Some(Target::Zero)),
            ("http://aff4.org/Schema#SymbolicStream00", Some(Target::Zero)),
            ("http://aff4.org/Schema#SymbolicStreamFF", Some(Target::Filled(255))),
            ("http://aff4.org/Schema#UnknownData", Some(Target::Unknown)),
            ("http://aff4.org/Schema#Other", None),
        ] {
            assert_eq!(target(name, &mut open).ok(), expected, "{name}");
        }
    }
}
