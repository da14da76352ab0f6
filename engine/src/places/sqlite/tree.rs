//! The pages of a tree.

use std::collections::{HashMap, HashSet};

use super::owners::{Owner, Owners};
use super::pages::Pages;
use super::record::{Field, fields};
use super::tree_page::{Cell, PageKind, TreePage};
use crate::volumes::fields::be32;

/// Ways to pages that are followed for a table, in pages of the database: a sound tree has one to each of its pages,
/// and a hostile one leads to the same ones again and again.
const MOST_STEPS: usize = 8;

/// The pages of a tree of a table or an index.
#[derive(Clone, Debug, Default)]
pub(super) struct TreePages {
    /// Pages that hold rows, in order; of an index the interior ones do too.
    pub(super) with_rows: Vec<u32>,
    /// Pages that something here leads to and that do not fit, each once: perhaps the way there is damaged.
    pub(super) doubtful: Vec<u32>,
    /// Whether a page that something leads to, or the way to it, is damaged.
    pub(super) is_damaged: bool,
}

/// Whether a page that is led to can be of this tree.
pub(super) struct Expected<'f> {
    pub(super) owner: Owner,
    /// Whether its rows have numbers.
    pub(super) is_table: bool,
    /// Whether a record can be one of its rows.
    pub(super) fits: &'f dyn Fn(&[Field]) -> bool,
}

/// How well a page has to fit where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Demand {
    /// It is a page of such a tree.
    Kind,
    /// And its rows have the columns.
    Columns,
    /// And the numbers of its rows are those that the way there tells.
    Numbers,
}

/// A page to be looked at, and the numbers of rows that can be in it: above `low`, not above `high`.
struct Step {
    page: u32,
    low: Option<i64>,
    high: Option<i64>,
}

impl TreePages {
    /// Follows a tree from its root, or its parts from each of `roots`. Each page is taken once over all trees, so
    /// that neither a loop nor two ways to one page cost anything. A page whose rows cannot belong where the way leads
    /// is left to the others first.
    pub(super) fn walk(
        &mut self,
        pages: &Pages<'_>,
        owners: &mut Owners,
        roots: &[u32],
        expected: &Expected<'_>,
        demand: Demand,
    ) {
        let of_root = |root: &u32| Step { page: *root, low: None, high: None };
        let mut steps: Vec<Step> = roots.iter().rev().map(of_root).collect();
        // How many more may be added.
        let mut left = (pages.count() as usize).saturating_mul(MOST_STEPS);
        // Pages that cannot be of this tree, whatever way leads to them: each is looked into once.
        let mut rejected = HashSet::new();
        // Pages that can be of this tree, and not where the ways led so far.
        let mut elsewhere: HashMap<u32, TreePage<'_>> = HashMap::new();
        while let Some(step) = steps.pop() {
            if !owners.is_free(step.page) || rejected.contains(&step.page) {
                self.is_damaged = true;
                continue;
            }
            let known = elsewhere.get(&step.page).copied();
            let is_known = known.is_some();
            let page = known.or_else(|| read(pages.page(step.page)?, &step, pages, expected));
            let Some(page) = page else {
                self.is_damaged = true;
                rejected.insert(step.page);
                continue;
            };
            if !is_known && demand >= Demand::Columns && !has_columns(&page, expected) {
                self.is_damaged = true;
                self.doubtful.push(step.page);
                rejected.insert(step.page);
                continue;
            }
            if demand == Demand::Numbers && !has_numbers(&page, &step) {
                self.is_damaged = true;
                if elsewhere.insert(step.page, page).is_none() {
                    self.doubtful.push(step.page);
                }
                continue;
            }
            owners.claim(step.page, expected.owner);
            if page.kind != PageKind::TableInterior {
                self.with_rows.push(step.page);
            }
            if !page.kind.is_leaf() {
                self.is_damaged |= !children(&page, &step, &mut steps, &mut left);
            }
        }
    }
}

/// Adds the children of a page, the first last, each once and at most `left` of them; false when one cannot be read or
/// is left out.
fn children(page: &TreePage<'_>, step: &Step, steps: &mut Vec<Step>, left: &mut usize) -> bool {
    let first = steps.len();
    let mut added = HashSet::new();
    let (mut low, mut is_whole) = (step.low, true);
    for nth in 0..=page.cells {
        let Some((child, key)) = page.child(nth) else {
            is_whole = false;
            low = None;
            continue;
        };
        let high = if nth == page.cells { step.high } else { key };
        if *left == 0 {
            is_whole = false;
            break;
        }
        if added.insert(child) {
            *left -= 1;
            steps.push(Step { page: child, low, high });
        } else {
            is_whole = false;
        }
        low = key;
    }
    steps[first..].reverse();
    is_whole
}

/// A page as one of the tree; where its first byte is damaged, as what its cells show.
fn read<'p>(
    bytes: &'p [u8],
    step: &Step,
    pages: &Pages<'_>,
    expected: &Expected<'_>,
) -> Option<TreePage<'p>> {
    if let Some(page) = TreePage::read(bytes, step.page) {
        return (page.kind.is_table() == expected.is_table).then_some(page);
    }
    let [leaf, interior] = if expected.is_table {
        [PageKind::TableLeaf, PageKind::TableInterior]
    } else {
        [PageKind::IndexLeaf, PageKind::IndexInterior]
    };
    let as_leaf = TreePage::of_kind(bytes, step.page, leaf).filter(|page| {
        let fits = |cell: &Option<Cell>| {
            let fields = cell.as_ref().and_then(|cell| local_fields(page, cell));
            fields.is_some_and(|fields| (expected.fits)(&fields))
        };
        page.records().filter(fits).count() * 2 > page.cells
    });
    as_leaf.or_else(|| {
        TreePage::of_kind(bytes, step.page, interior).filter(|page| {
            let leads = |nth: &usize| {
                let child = page
                    .child(*nth)
                    .and_then(|(child, _)| TreePage::read(pages.page(child)?, child));
                child.is_some_and(|child| child.kind.is_table() == expected.is_table)
            };
            page.cells > 0 && (0..=page.cells).filter(leads).count() * 2 > page.cells
        })
    })
}

/// Whether the first record of a page that can be read has the columns of the table.
fn has_columns(page: &TreePage<'_>, expected: &Expected<'_>) -> bool {
    page.kind == PageKind::TableInterior
        || page
            .records()
            .find_map(|cell| local_fields(page, &cell?))
            .is_none_or(|fields| (expected.fits)(&fields))
}

/// Whether the first and the last row of a page are in the bounds of the way to it.
fn has_numbers(page: &TreePage<'_>, step: &Step) -> bool {
    let number = |nth: usize| match page.kind {
        PageKind::TableInterior => page.child(nth)?.1,
        PageKind::TableLeaf => page.cell(nth)?.rowid,
        PageKind::IndexLeaf | PageKind::IndexInterior => None,
    };
    let ends = [0, page.cells.saturating_sub(1)];
    ends.into_iter().filter(|nth| *nth < page.cells).filter_map(number).all(|number| {
        step.low.is_none_or(|low| number > low) && step.high.is_none_or(|high| number <= high)
    })
}

/// The fields of a record whose beginning lies in its page.
pub(super) fn local_fields(page: &TreePage<'_>, cell: &Cell) -> Option<Vec<Field>> {
    fields(page.bytes.get(cell.local.clone())?, cell.len)
}

/// The pages of the list of free pages, in its order: first those that lead on, then what they list.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 1.5 "The Freelist".
pub(super) fn free_pages(pages: &Pages<'_>, owners: &mut Owners, first: u32) -> Vec<u32> {
    let mut free = Vec::new();
    let mut trunk = first;
    while let Some(bytes) = pages.page(trunk).filter(|_| owners.claim(trunk, Owner::FREE)) {
        free.push(trunk);
        let word = |at: usize| be32(bytes, at * 4).unwrap_or(0);
        let listed = (word(1) as usize).min(bytes.len() / 4 - 2);
        free.extend((2..2 + listed).map(word).filter(|page| owners.claim(*page, Owner::FREE)));
        trunk = word(0);
    }
    free
}
