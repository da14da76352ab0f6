//! PSD and PSB: a header and four sections, the last of which is the picture.
//!
//! Source: Adobe, "Photoshop File Formats Specification", 2019.

mod picture;
mod resources;

use crate::format::{Effort, Magic};
use crate::verdict::{End, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Big, View};
use picture::Rows;

/// Signature, version, and six reserved zeros.
pub static MAGIC: &[Magic] =
    &[Magic::new(0, b"8BPS\0\x01\0\0\0\0\0\0"), Magic::new(0, b"8BPS\0\x02\0\0\0\0\0\0")];

/// Length of the header.
const HEADER_LEN: u64 = 26;

/// Header, the lengths of three sections, how the picture is stored, and one byte of it.
pub const MIN_LEN: u64 = HEADER_LEN + 3 * 4 + 2 + 1;

/// Most channels. Source: "File Header Section".
const MOST_CHANNELS: u16 = 56;

/// Largest side of a PSD and of a PSB in pixels. Source: "File Header Section".
const MOST_PIXELS: [u32; 2] = [30_000, 300_000];

/// The header's fields.
struct Header {
    large: bool,
    channels: u16,
    width: u32,
    height: u32,
    depth: u16,
}

impl Header {
    fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let large = match &view.array::<12>(0)? {
            b"8BPS\0\x01\0\0\0\0\0\0" => false,
            b"8BPS\0\x02\0\0\0\0\0\0" => true,
            _ => return Err(view.malformed(0, "signature")),
        };
        let (channels, height, width) =
            (view.u16(12, Big)?, view.u32(14, Big)?, view.u32(18, Big)?);
        let (depth, mode) = (view.u16(22, Big)?, view.u16(24, Big)?);
        let side = 1..=MOST_PIXELS[usize::from(large)];
        if !(1..=MOST_CHANNELS).contains(&channels)
            || !side.contains(&width)
            || !side.contains(&height)
        {
            return Err(view.malformed(12, "channels or dimensions"));
        }
        if !matches!(depth, 1 | 8 | 16 | 32) || !matches!(mode, 0..=4 | 7..=9) {
            return Err(view.malformed(22, "depth or colour mode"));
        }
        Ok(Header { large, channels, width, height, depth })
    }

    fn rows(&self) -> Rows {
        Rows {
            count: u64::from(self.channels) * u64::from(self.height),
            len: (u64::from(self.width) * u64::from(self.depth)).div_ceil(8),
            large: self.large,
        }
    }
}

/// Measures the PSD or PSB at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let header = Header::read(view)?;
    let extension = if header.large { "psb" } else { "psd" };
    let mut verdict = Verdict::structural(0, extension, "image/vnd.adobe.photoshop");
    verdict.pixels = Some((header.width, header.height));
    let colours = section(view, HEADER_LEN, false)?;
    let resources = section(view, colours.end(), false)?;
    let mut described = resources.end();
    if let Err(broken) = resources::look_into(view, resources, &mut verdict) {
        verdict.grade = Grade::Damaged;
        described = broken.at();
        verdict.note(broken.at(), "the image resources do not follow each other");
    }
    if let Err(broken) = picture(view, resources, &header, effort, &mut verdict) {
        // Without a resource, nothing is known of the file but its header.
        if described <= resources.at {
            return Err(broken);
        }
        (verdict.grade, verdict.end) = (Grade::Partial, End::Minimum);
        (verdict.len, verdict.share) = (described, Some(0.0));
        let span = Span::between(HEADER_LEN, described);
        verdict.unchecked = vec![Unchecked { span, role: Role::Metadata }];
        verdict.note(broken.at(), "neither layers nor picture can be found");
    }
    Ok(verdict)
}

/// The layers, which are passed over, and the picture after them.
fn picture(
    view: &mut View<'_>,
    resources: Span,
    header: &Header,
    effort: Effort,
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    let layers = section(view, resources.end(), header.large)?;
    let metadata = Span::between(HEADER_LEN, layers.end());
    verdict.unchecked.push(Unchecked { span: metadata, role: Role::Metadata });
    let is_alone = metadata.len == MIN_LEN - 2 - 1 - HEADER_LEN;
    picture::measure(view, layers.end(), (header.rows(), is_alone), effort, verdict)?;
    let picture = Span::between(layers.end(), verdict.len);
    verdict.unchecked.push(Unchecked { span: picture, role: Role::Payload });
    Ok(())
}

/// The data of the section whose length stands at `at`, in 64 bits where `wide`.
fn section(view: &mut View<'_>, at: u64, wide: bool) -> Result<Span, Reject> {
    let (at, len) = if wide {
        (at.saturating_add(8), view.u64(at, Big)?)
    } else {
        (at.saturating_add(4), u64::from(view.u32(at, Big)?))
    };
    view.check(at, len)?;
    Ok(Span { at, len })
}
