//! Which pages belong to which table.

use std::ops::Range;

use super::encoding::Encoding;
use super::header::DatabaseHeader;
use super::orphans::adopt;
use super::owners::{Owner, Owners};
use super::pages::Pages;
use super::rows::Rows;
use super::schema::{self, MASTER, Named};
use super::surveyed_table::SurveyedTable;
use super::table_schema::TableSchema;
use super::tree::{Demand, Expected, TreePages, free_pages, local_fields};
use super::tree_page::TreePage;

/// What belongs to what in a database.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) tables: Vec<SurveyedTable>,
    pub(super) owners: Owners,
    /// Pages of the list of free pages.
    pub(super) free: Vec<u32>,
    /// The rows of no table that is known.
    pub(super) loose: SurveyedTable,
    pub(super) encoding: Encoding,
    /// Pages with rows some of which cannot be read.
    pub(super) damaged: usize,
}

impl Survey {
    pub(super) fn new(pages: &Pages<'_>, header: &DatabaseHeader, known: &[&str]) -> Self {
        let mut survey = Survey {
            tables: Vec::new(),
            owners: Owners::new(pages.count()),
            free: Vec::new(),
            loose: SurveyedTable::new(Vec::new(), TableSchema::unknown(header.encoding)),
            encoding: header.encoding,
            damaged: 0,
        };
        let Some(master) = TableSchema::new(MASTER, 1, header.encoding) else { return survey };
        survey.tables.push(SurveyedTable::new(vec!["sqlite_master".to_owned()], master));
        survey.walk(pages, 0..1);
        survey.adopt(pages, true);
        let objects = survey.objects(pages);
        let mut indexes = Vec::new();
        for object in objects {
            match object {
                Named::Table(names, schema) if survey.tables.len() < Owner::MOST_TABLES => {
                    survey.tables.push(SurveyedTable::new(names, schema));
                }
                Named::Table(..) => {}
                Named::Index(root) => indexes.push(root),
            }
        }
        for sql in known {
            survey.expect(sql);
        }
        // Tables before the indexes: a damaged root of an index takes nothing from them.
        let all = 1..survey.tables.len();
        survey.walk(pages, all);
        let expected = Expected { owner: Owner::INDEX, is_table: false, fits: &|_| true };
        let owners = &mut survey.owners;
        TreePages::default().walk(pages, owners, &indexes, &expected, Demand::Kind);
        survey.free = free_pages(pages, &mut survey.owners, header.first_free);
        survey.adopt(pages, false);
        survey.settle(pages);
        survey
    }

    /// What the schema names, with the encoding that its texts show.
    fn objects(&mut self, pages: &Pages<'_>) -> Vec<Named> {
        let mut rows = Rows::new(pages, &self.owners, &self.tables[0]);
        let shown = rows.find_map(|row| schema::encoding(&row));
        self.encoding = shown.unwrap_or(self.encoding);
        self.tables[0].schema.encoding = self.encoding;
        let rows = Rows::new(pages, &self.owners, &self.tables[0]);
        let named = rows.filter_map(|row| schema::named(&row, self.encoding));
        // What a hostile schema repeats without end is neither read nor kept.
        named.take(Owner::MOST_TABLES).collect()
    }

    /// Adds a table whose statement the caller knows, unless the schema has it. Where the schema has it without one of
    /// its columns, its statement is damaged, and the known one counts.
    fn expect(&mut self, sql: &str) {
        let Some(mut known) = TableSchema::new(sql, 0, self.encoding) else { return };
        let names = vec![known.declared.name.clone()];
        match self.tables.iter_mut().find(|table| table.is_named(&names[0])) {
            Some(table) => {
                let mut columns = known.declared.columns.iter();
                if !columns.all(|column| table.schema.column(&column.name).is_some()) {
                    known.root = table.schema.root;
                    table.schema = known;
                }
            }
            None => self.tables.push(SurveyedTable::new(names, known)),
        }
    }

    /// Follows the trees of those tables: what fits first, then what fits less.
    fn walk(&mut self, pages: &Pages<'_>, of: Range<usize>) {
        for demand in [Demand::Numbers, Demand::Columns] {
            for at in of.clone() {
                let table = &mut self.tables[at];
                let roots = match demand {
                    Demand::Numbers => vec![table.schema.root],
                    _ => std::mem::take(&mut table.tree.doubtful),
                };
                table.follow(pages, &mut self.owners, (at, &roots), demand);
            }
        }
    }

    /// Gives pages that nothing leads to to the tables with damaged trees whose rows they hold.
    fn adopt(&mut self, pages: &Pages<'_>, only_schema: bool) {
        let tables = if only_schema { &self.tables[..1] } else { &self.tables[..] };
        if tables.iter().any(|table| table.tree.is_damaged) {
            let found = adopt(pages, &self.owners, tables);
            for (page, at) in found {
                self.owners.claim(page, Owner::table(at));
                self.tables[at].orphans.push(page);
            }
        }
    }

    /// What is still doubtful belongs where the way to it says; the rest is loose.
    fn settle(&mut self, pages: &Pages<'_>) {
        for at in 0..self.tables.len() {
            let table = &mut self.tables[at];
            let doubtful = std::mem::take(&mut table.tree.doubtful);
            table.follow(pages, &mut self.owners, (at, &doubtful), Demand::Kind);
        }
        let of_tables = self.tables.iter().flat_map(|table| table.tree.with_rows.iter());
        let is_damaged = |page: &&u32| {
            let page = pages.page(**page).and_then(|bytes| TreePage::read(bytes, **page));
            // An overflowing header cannot be told from its page alone, and no app has one.
            page.is_none_or(|page| {
                let mut records = page.records();
                records.any(|cell| cell.is_none_or(|cell| local_fields(&page, &cell).is_none()))
            })
        };
        self.damaged = of_tables.filter(is_damaged).count();
        let is_of_rows = |page: &u32| {
            let first = pages.page(*page).and_then(|bytes| bytes.first());
            first == Some(&13)
        };
        self.loose.schema.encoding = self.encoding;
        self.loose.orphans = self.owners.unowned().filter(is_of_rows).collect();
    }
}
