//! JP2 and JPX: JPEG 2000 in a file of boxes.

use crate::format::{self, Effort, Group, Signature};
use crate::jpeg2000::boxes;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "jp2",
    title: "JPEG 2000",
    extensions: &["jp2", "jpf", "jpx", "jpm"],
    aliases: &["jpf"],
    group: Group::Photo,
    magic: boxes::MAGIC,
    min_len: boxes::MIN_LEN,
    end_rule: "boxes; tile-parts up to EOC where the last box has no size",
    proof: "structure: boxes close, tile-parts lead to one another and to EOC, no foreign marker \
            among packets (which zeros and the data of a JPEG pass)",
    source: "ITU-T T.800 (2019), annexes A and I; T.801, annex M",
};

/// JPEG 2000 in boxes.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        boxes::measure(view, effort)
    }
}
