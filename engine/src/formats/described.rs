//! Formats that a user describes in a TOML file, for cameras and programs that nobody else knows.
//!
//! ```toml
//! [[signature]]
//! name = "thermal"            # lower-case letters, digits and dashes
//! extension = "thm"
//! magic = "54 48 52 4d 01"    # hex; at least three bytes, the first not zero
//! at = 0                      # where the magic stands in the file
//! size = { at = 8, bytes = 4, endian = "little", plus = 12 }
//! ```
//!
//! Instead of `size` a file may have `length = 1048576` (always that long) or
//! `footer = "54 45 4e 44"` (ends after the first of these bytes), and `max` bounds how far to
//! look. One of the three is needed: without an end there is no file.

use afterimage_signatures::View;
use afterimage_signatures::format::{Effort, Format, Group, Magic, Signature};
use afterimage_signatures::verdict::{End, Reject, Role, Span, Unchecked, Verdict};
use serde::Deserialize;

/// How far the end of a file is looked for, in bytes, where the user does not say.
const USUAL_MAX: u64 = 64 << 20;

/// The longest magic or footer, in bytes.
const LONGEST: usize = 32;

/// The furthest from the start of a file that a magic may stand, in bytes.
const FURTHEST: u16 = 512;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    signature: Vec<Description>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    name: String,
    extension: String,
    magic: String,
    #[serde(default)]
    at: u16,
    size: Option<SizeField>,
    length: Option<u64>,
    footer: Option<String>,
    max: Option<u64>,
}

/// A length field.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SizeField {
    at: u64,
    bytes: u8,
    endian: ByteOrder,
    #[serde(default)]
    plus: i64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ByteOrder {
    Little,
    Big,
}

/// Where a file ends.
#[derive(Debug)]
enum FileEnd {
    Size(SizeField),
    Length(u64),
    Footer(Vec<u8>),
}

#[derive(Debug)]
struct DescribedFormat {
    signature: &'static Signature,
    end: FileEnd,
    max: u64,
}

/// The formats that a TOML file describes; `taken` are names that they may not have.
///
/// # Errors
///
/// What is wrong with it, and where, in one line.
pub fn parse(text: &str, taken: &[&str]) -> Result<Vec<Box<dyn Format>>, String> {
    let document: Document = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start].lines().count().max(1));
        let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("{at}{}", error.message())
    })?;
    let mut names: Vec<String> = taken.iter().map(|&name| name.to_owned()).collect();
    let mut formats: Vec<Box<dyn Format>> = Vec::new();
    for description in document.signature {
        let name = description.name.clone();
        if names.contains(&name) {
            return Err(format!("signature {name:?}: there is a format of this name already"));
        }
        let format = DescribedFormat::new(description)
            .map_err(|why| format!("signature {name:?}: {why}"))?;
        formats.push(Box::new(format));
        names.push(name);
    }
    Ok(formats)
}

impl DescribedFormat {
    fn new(description: Description) -> Result<Self, String> {
        let Description { name, extension, magic, at, size, length, footer, max } = description;
        let is_plain = |text: &str| {
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            (1..=24).contains(&text.len()) && text.bytes().all(fits)
        };
        if !is_plain(&name) || !is_plain(&extension) {
            return Err(
                "name and extension are 1 to 24 lower-case letters, digits or dashes".into()
            );
        }
        let magic = bytes_of_hex(&magic).map_err(|why| format!("magic: {why}"))?;
        if magic.len() < 3 || magic[0] == 0 {
            return Err("magic: at least three bytes are needed, and the first may not be zero; \
                        name bytes further on with `at`"
                .into());
        }
        if at > FURTHEST {
            return Err(format!("at: a magic stands within {FURTHEST} bytes of the start"));
        }
        let least = u64::from(at) + magic.len() as u64;
        let footer = footer.map(|footer| bytes_of_hex(&footer)).transpose();
        let end = match (size, length, footer.map_err(|why| format!("footer: {why}"))?) {
            (Some(size), None, None) if (1..=8).contains(&size.bytes) => FileEnd::Size(size),
            (Some(_), None, None) => return Err("size: bytes is a number from 1 to 8".into()),
            (None, Some(length), None) if length >= least => FileEnd::Length(length),
            (None, Some(_), None) => return Err("length: shorter than its own magic".into()),
            (None, None, Some(footer)) => FileEnd::Footer(footer),
            _ => return Err("exactly one of size, length and footer says where it ends".into()),
        };
        // Signatures live as long as the program; see `Registry::with`.
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let magic = Magic::new(at, Box::leak(magic.into_boxed_slice()));
        let name = leak(name);
        let signature = Box::leak(Box::new(Signature {
            name,
            title: name,
            extensions: Box::leak(Box::new([leak(extension)])),
            aliases: &[],
            group: Group::Photo,
            magic: Box::leak(Box::new([magic])),
            min_len: least,
            end_rule: "as its description says",
            proof: "none: a description tells where a file begins and ends",
            source: "the user's own description",
        }));
        Ok(DescribedFormat { signature, end, max: max.unwrap_or(USUAL_MAX) })
    }

    /// Where the footer that ends the file ends.
    fn end_of_footer(&self, view: &mut View<'_>, footer: &[u8]) -> Result<u64, Reject> {
        let limit = self.max.min(view.len());
        let mut at = self.signature.min_len;
        while at < limit {
            let piece = view.up_to(at, (limit - at).min(256 << 10) as usize);
            if let Some(found) = memchr::memmem::find(piece, footer) {
                return Ok(at + (found + footer.len()) as u64);
            }
            let step = piece.len().saturating_sub(footer.len() - 1);
            if step == 0 {
                break;
            }
            at += step as u64;
        }
        Err(view.malformed(at, "footer"))
    }
}

impl SizeField {
    fn read(self, view: &mut View<'_>) -> Result<u64, Reject> {
        let mut wide = [0; 8];
        let len = usize::from(self.bytes);
        let field = view.bytes(self.at, len)?;
        let value = match self.endian {
            ByteOrder::Little => {
                wide[..len].copy_from_slice(field);
                u64::from_le_bytes(wide)
            }
            ByteOrder::Big => {
                wide[8 - len..].copy_from_slice(field);
                u64::from_be_bytes(wide)
            }
        };
        value.checked_add_signed(self.plus).ok_or_else(|| view.malformed(self.at, "size"))
    }
}

impl Format for DescribedFormat {
    fn signature(&self) -> &'static Signature {
        self.signature
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        for magic in self.signature.magic {
            let at = u64::from(magic.at);
            if view.bytes(at, magic.bytes.len())? != magic.bytes {
                return Err(view.malformed(at, "magic"));
            }
        }
        let len = match &self.end {
            FileEnd::Size(size) => size.read(view)?,
            FileEnd::Length(length) => *length,
            FileEnd::Footer(footer) => self.end_of_footer(view, footer)?,
        };
        if len < self.signature.min_len || len > self.max {
            return Err(view.malformed(0, "size"));
        }
        view.check(0, len)?;
        let extension = self.signature.extensions[0];
        let mut verdict = Verdict::structural(len, extension, "application/octet-stream");
        if matches!(self.end, FileEnd::Footer(_)) {
            verdict.end = End::Estimated;
        }
        verdict.proof = "the user's description";
        let span = Span { at: 0, len };
        verdict.unchecked.push(Unchecked { span, role: Role::Metadata });
        Ok(verdict)
    }
}

/// The bytes that hex digits stand for, with or without spaces between them.
fn bytes_of_hex(hex: &str) -> Result<Vec<u8>, &'static str> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(pair).collect();
    let bytes = bytes.ok_or("not pairs of hex digits")?;
    if bytes.is_empty() || bytes.len() > LONGEST {
        return Err("from 1 to 32 bytes");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_signatures::{Buffer, Runs};

    #[track_caller]
    fn check(description: &str, data: &[u8], expected: Option<u64>) {
        let text = format!("[[signature]]\nname = \"x\"\nextension = \"x\"\n{description}");
        let formats = parse(&text, &[]).unwrap();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let verdict = formats[0].measure(&mut View::new(&data, &runs, &mut buffer), Effort::Proof);
        assert_eq!(verdict.ok().map(|verdict| verdict.len), expected);
    }

    #[test]
    fn a_file_ends_where_its_description_says() {
        let little =
            "magic = '41 42 43'\nsize = { at = 4, bytes = 2, endian = 'little', plus = 1 }";
        check(little, b"ABC.\x09\0......", Some(10));
        check(little, b"ABC.\x0c\0......", None);
        let big = "magic = '41 42 43'\nat = 1\nsize = { at = 4, bytes = 3, endian = 'big' }";
        check(big, b".ABC\0\0\x08....", Some(8));
        check("magic = '414243'\nfooter = '5a5a'", b"ABC....ZZ...ZZ", Some(9));
        check("magic = '414243'\nfooter = '5a5a'\nmax = 8", b"ABC....ZZ", None);
        check("magic = '414243'\nlength = 5", b"ABC....", Some(5));
        check("magic = '414243'\nlength = 9", b"ABC....", None);
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let said = parse(text, &["png"]).err().unwrap();
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn a_wrong_description_is_refused_with_what_is_wrong() {
        let with = |rest: &str| {
            format!("[[signature]]\nname = \"x\"\nextension = \"x\"\nmagic = \"414243\"\n{rest}")
        };
        refused("signature = 1", "line 1");
        refused(&with("length = 5\ncolour = 3"), "colour");
        refused(&with(""), "exactly one of");
        refused(&with("length = 5\nfooter = '00'"), "exactly one of");
        refused(&with("length = 2"), "shorter");
        refused(&with("footer = '0'"), "hex");
        refused(&with("size = { at = 0, bytes = 9, endian = 'big' }"), "1 to 8");
        refused(&with("length = 5\nat = 600"), "512");
        refused(&with("length = 5").replace("414243", "004243"), "zero");
        refused(&with("length = 5").replace("\"x\"", "\"png\""), "already");
        refused(&with("length = 5").replace("\"x\"", "\"../x\""), "lower-case");
    }
}
