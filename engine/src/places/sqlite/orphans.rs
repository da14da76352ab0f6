//! Pages that nothing leads to, and the tables whose rows they hold.

use std::collections::BTreeMap;

use super::owners::Owners;
use super::pages::Pages;
use super::record::Field;
use super::surveyed_table::SurveyedTable;
use super::table_schema::Fit;
use super::tree::local_fields;
use super::tree_page::{PageKind, TreePage};

/// Rows of a page that are compared with the tables.
const SAMPLE: usize = 8;

/// Columns that are compared in all: thousands of wide tables with a million lost pages must not cost more.
const MOST_COMPARED: usize = 1_000_000_000;

/// The tables that may have lost pages, by the number of their columns.
struct Candidates<'t> {
    by_len: BTreeMap<usize, Vec<(usize, &'t SurveyedTable)>>,
    /// Columns that may still be compared.
    budget: usize,
}

/// Pages that nothing owns and the position of the table that their rows belong to, for tables whose trees are
/// damaged. Pages with rows that fit none are left out.
pub(super) fn adopt(
    pages: &Pages<'_>,
    owners: &Owners,
    tables: &[SurveyedTable],
) -> Vec<(u32, usize)> {
    let mut by_len: BTreeMap<usize, Vec<(usize, &SurveyedTable)>> = BTreeMap::new();
    for (at, table) in tables.iter().enumerate().filter(|(_, table)| table.tree.is_damaged) {
        by_len.entry(table.schema.stored()).or_default().push((at, table));
    }
    let mut candidates = Candidates { by_len, budget: MOST_COMPARED };
    let unowned = owners.unowned().filter_map(|number| {
        let page = TreePage::read(pages.page(number)?, number)?;
        Some((number, candidates.table_of(&page)?))
    });
    unowned.collect()
}

impl Candidates<'_> {
    /// The table that most rows of a page fit, those with all columns before others.
    fn table_of(&mut self, page: &TreePage<'_>) -> Option<usize> {
        let records = page.records().filter_map(|cell| local_fields(page, &cell?));
        let rows: Vec<Vec<Field>> = records.take(SAMPLE).collect();
        let least = rows.iter().map(Vec::len).min()?;
        let mut best = None;
        for (_, tables) in self.by_len.range(least..) {
            for (at, table) in tables {
                let is_table = !table.schema.declared.without_rowid;
                if page.kind.is_table() != is_table || page.kind == PageKind::TableInterior {
                    continue;
                }
                self.budget = self.budget.checked_sub(rows.len() * least.max(1))?;
                let fits = rows.iter().map(|fields| table.schema.fit(fields));
                let (mut exact, mut any) = (0, 0);
                for fit in fits {
                    exact += usize::from(fit == Fit::Exact);
                    any += usize::from(fit != Fit::No);
                }
                if any * 2 > rows.len() && best.is_none_or(|(most, _)| (exact, any) > most) {
                    best = Some(((exact, any), *at));
                }
            }
        }
        best.map(|(_, at)| at)
    }
}
