//! Records with what of them lies on further pages.

use std::borrow::Cow;

use super::owners::Owners;
use super::pages::Pages;
use super::tree_page::Cell;
use crate::volumes::fields::be32;

/// How many bytes of further pages may be read while the rows of a table are read, in lengths of the database: a
/// sound one needs one at most, and a hostile one leads every row through the same pages.
const MOST_READ: usize = 4;

/// What may still be read of further pages.
#[derive(Clone, Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(pages: &Pages<'_>) -> Self {
        Budget((pages.count() as usize).saturating_mul(pages.usable).saturating_mul(MOST_READ))
    }
}

/// The record of a cell of `page`, as much of it as can be read.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 1.6, "Cell Payload Overflow Pages".
pub(super) fn payload<'p>(
    pages: &'p Pages<'_>,
    owners: &Owners,
    page: &'p [u8],
    cell: &Cell,
    budget: &mut Budget,
) -> Cow<'p, [u8]> {
    let local = page.get(cell.local.clone()).unwrap_or(&[]);
    let Some(mut next) = cell.overflow else { return Cow::Borrowed(local) };
    let mut record = local.to_vec();
    while record.len() < cell.len {
        // A page of a tree is no page of a record: the way there is damaged.
        let Some(further) = pages.page(next).filter(|_| !owners.is_of_tree(next)) else { break };
        let take = (cell.len - record.len()).min(further.len() - 4);
        let Some(left) = budget.0.checked_sub(take) else { break };
        budget.0 = left;
        record.extend_from_slice(&further[4..4 + take]);
        next = be32(further, 0).unwrap_or(0);
    }
    Cow::Owned(record)
}
