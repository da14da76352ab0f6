//! J2K, the codestream of JPEG 2000 without a file around it.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::jpeg2000::codestream;
use crate::verdict::{Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "j2k",
    title: "JPEG 2000 codestream",
    extensions: &["j2k", "j2c", "jpc"],
    aliases: &[],
    group: Group::Photo,
    magic: &[Magic::new(0, b"\xff\x4f\xff\x51")],
    min_len: codestream::MIN_LEN,
    end_rule: "tile-parts up to EOC",
    proof: "structure: tile-parts lead to one another and to EOC, no foreign marker among packets \
            (which zeros and the data of a JPEG pass)",
    source: "ITU-T T.800 (2019), annex A",
};

/// A codestream by itself.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        let found = codestream::walk(view, 0, effort)?;
        let mut verdict = Verdict::structural(found.end, "j2k", "image/j2c");
        verdict.proof = match effort {
            Effort::Structure => "tile-parts up to EOC",
            Effort::Proof => "tile-parts up to EOC, no foreign marker among packets",
        };
        found.judge(&mut verdict);
        let head = found.header.end;
        verdict.unchecked = [(0, head, Role::Metadata), (head, found.end, Role::Payload)]
            .map(|(at, end, role)| Unchecked { span: Span::between(at, end), role })
            .to_vec();
        Ok(verdict)
    }
}
