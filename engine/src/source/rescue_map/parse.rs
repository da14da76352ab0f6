//! Reading the text of a map, whoever wrote it: old and new ddrescue, a text editor, a full disk.

use afterimage_signatures::verdict::Span;

use super::map::{Block, BlockStatus, Phase, RescueMap, Standing};

/// The most bytes of a map's text: some two million blocks.
pub(super) const MOST_TEXT: u64 = 64 << 20;

/// The end of the last byte that a map can tell of; ddrescue's own limit.
const LAST_END: u64 = i64::MAX as u64;

/// The most characters of a line that are looked at.
const MOST_LINE: usize = 4096;

/// What makes a text no map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct MapFault {
    /// The line, from 1; 0 where it is the whole.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

/// What a line without its comment says.
enum Line {
    Nothing,
    Standing(Standing),
    Block(Block),
}

impl RescueMap {
    /// Reads the text of a map.
    ///
    /// Blocks may have gaps between them, which nobody has tried, and come in any order. Where two of them
    /// overlap, the one that was tried less counts, so that bytes are rather read again than missed. A last
    /// line that was cut off is left out.
    ///
    /// # Errors
    ///
    /// A [`MapFault`] for a line that says something else, and for a text that is longer than any map.
    pub fn parse(text: &[u8]) -> Result<Self, MapFault> {
        if text.len() as u64 > MOST_TEXT {
            return Err(MapFault { line: 0, why: "it is too long for a map" });
        }
        let (mut standing, mut blocks) = (None, Vec::new());
        let count = text.split(|byte| *byte == b'\n').count();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let fault = |why| MapFault { line: index + 1, why };
            let is_cut_off = index + 1 == count;
            match parsed(line, standing.is_none() && blocks.is_empty()) {
                Ok(Line::Nothing) => {}
                Ok(Line::Standing(said)) => standing = Some(said),
                Ok(Line::Block(block)) => blocks.push(block),
                Err(_) if is_cut_off && (standing.is_some() || !blocks.is_empty()) => {}
                Err(why) => return Err(fault(why)),
            }
        }
        if standing.is_none() && blocks.is_empty() {
            return Err(MapFault { line: 0, why: "there is no block in it" });
        }
        Ok(built(blocks, standing.unwrap_or_default()))
    }
}

/// Less tried blocks are laid over those that were tried further.
fn built(mut blocks: Vec<Block>, mut standing: Standing) -> RescueMap {
    let len = blocks.iter().map(|block| block.span.end()).max().unwrap_or(0);
    blocks.sort_by_key(|block| (std::cmp::Reverse(block.status), block.span.at));
    let mut map = RescueMap::new(len);
    blocks.iter().for_each(|block| map.set(block.span, block.status));
    standing.at = standing.at.min(len);
    map.standing = standing;
    map
}

fn parsed(line: &[u8], is_first: bool) -> Result<Line, &'static str> {
    // A comment may be of any length and in any encoding.
    let line = without_comment(line);
    if line.len() > MOST_LINE {
        return Err("it is too long for a line of a map");
    }
    let line = str::from_utf8(line).map_err(|_| "it is not text")?;
    let mut fields = line.split_ascii_whitespace();
    let (first, second, third) = (fields.next(), fields.next(), fields.next());
    let Some(first) = first else { return Ok(Line::Nothing) };
    let second = second.ok_or("it ends early")?;
    if fields.next().is_some() {
        return Err("it has more than three fields");
    }
    let at = number(first).filter(|at| *at <= LAST_END).ok_or("the position is no number")?;
    if let Some(phase) = one(second).and_then(Phase::of).filter(|_| is_first) {
        return standing(at, phase, third).map(Line::Standing);
    }
    let len = number(second).ok_or("the size is no number")?;
    at.checked_add(len)
        .filter(|end| *end <= LAST_END)
        .ok_or("the block ends beyond all devices")?;
    let status = third.ok_or("the status is missing")?;
    let status = one(status).and_then(BlockStatus::of).ok_or("the status is none of ?*/-+")?;
    Ok(Line::Block(Block { span: Span { at, len }, status }))
}

/// The status line; ddrescue before 1.20 had no pass in it.
fn standing(at: u64, phase: Phase, pass: Option<&str>) -> Result<Standing, &'static str> {
    let pass = pass.map_or(Some(1), |pass| pass.parse().ok());
    let pass = pass.filter(|pass| *pass > 0).ok_or("the pass is no number from 1")?;
    Ok(Standing { at, phase, pass })
}

/// What stands before a `#` at the start or after a space.
fn without_comment(line: &[u8]) -> &[u8] {
    let begins = |at: usize| line[at] == b'#' && (at == 0 || line[at - 1].is_ascii_whitespace());
    let end = (0..line.len()).find(|at| begins(*at)).unwrap_or(line.len());
    &line[..end]
}

fn one(field: &str) -> Option<char> {
    let mut chars = field.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// A number as C++ has it: decimal, `0x` and hexadecimal, or `0` and octal.
fn number(field: &str) -> Option<u64> {
    let (digits, radix) = match field.strip_prefix("0x").or_else(|| field.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if field.len() > 1 && field.starts_with('0') => (&field[1..], 8),
        None => (field, 10),
    };
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u64::from_str_radix(digits, radix).ok().filter(|_| is_plain)
}
