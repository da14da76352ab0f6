//! A database and its tables.

use std::borrow::Cow;

use super::column::Column;
use super::deleted::deleted;
use super::header::{DatabaseHeader, NotADatabase};
use super::pages::Pages;
use super::row::Row;
use super::rows::Rows;
use super::survey::Survey;
use super::surveyed_table::SurveyedTable;
use super::wal::Wal;

/// An SQLite database in memory, which is only read.
#[derive(Debug)]
pub struct Database<'a> {
    pages: Pages<'a>,
    survey: Survey,
    user_version: u32,
    damaged_frames: usize,
}

/// A table of a database.
#[derive(Clone, Copy, Debug)]
pub struct Table<'d> {
    database: &'d Database<'d>,
    table: &'d SurveyedTable,
}

/// How much of a database is damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Tables of which some way to a page is damaged. Their pages are found all the same, as far as they are sound.
    pub tables: usize,
    /// Pages with rows some of which cannot be read.
    pub pages: usize,
    /// Frames of the write-ahead log that are damaged.
    pub frames: usize,
}

impl Damage {
    /// Whether anything is.
    pub fn is_any(self) -> bool {
        self != Damage::default()
    }
}

impl<'a> Database<'a> {
    /// Reads the schema of a database, whose file is `main`, with the newer pages of its write-ahead log.
    ///
    /// # Errors
    ///
    /// When `main` does not begin as a database does.
    pub fn open(
        main: impl Into<Cow<'a, [u8]>>,
        wal: Option<&'a [u8]>,
    ) -> Result<Self, NotADatabase> {
        Database::open_knowing(main, wal, &[])
    }

    /// Reads a database that ought to have the tables of these CREATE TABLE statements: where the schema has lost one,
    /// its rows are found by their columns.
    ///
    /// # Errors
    ///
    /// When `main` does not begin as a database does.
    pub fn open_knowing(
        main: impl Into<Cow<'a, [u8]>>,
        wal: Option<&'a [u8]>,
        tables: &[&str],
    ) -> Result<Self, NotADatabase> {
        let main = main.into();
        let stored = DatabaseHeader::read(&main)?;
        let log = wal.unwrap_or(&[]);
        let wal = Wal::read(log, stored.page_size);
        let pages = Pages::new(main, log, (stored.page_size, stored.usable), &wal);
        // A newer first page knows better, except how large it is.
        let header = pages.page(1).and_then(|first| DatabaseHeader::read(first).ok());
        let header = header.unwrap_or(stored);
        let survey = Survey::new(&pages, &header, tables);
        let user_version = header.user_version;
        Ok(Database { pages, survey, user_version, damaged_frames: wal.damaged })
    }

    /// The number that programs give to the version of their schema.
    pub fn user_version(&self) -> u32 {
        self.user_version
    }

    /// How much of it is damaged, as far as that shows.
    pub fn damage(&self) -> Damage {
        let tables = self.survey.tables.iter();
        Damage {
            tables: tables.filter(|table| table.tree.is_damaged).count(),
            pages: self.survey.damaged,
            frames: self.damaged_frames,
        }
    }

    /// Rows on pages that belong to no table, live or once freed: they have values and no columns.
    pub fn loose_rows<'d>(&'d self) -> Rows<'d>
    where
        'a: 'd,
    {
        Rows::new(&self.pages, &self.survey.owners, &self.survey.loose)
    }

    /// The names of its tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.survey
            .tables
            .iter()
            .skip(1)
            .filter_map(|table| table.names.first())
            .map(String::as_str)
    }

    /// A table by its name in any case.
    pub fn table<'d>(&'d self, name: &str) -> Option<Table<'d>>
    where
        'a: 'd,
    {
        let table = self.survey.tables.iter().find(|table| table.is_named(name))?;
        Some(Table { database: self, table })
    }
}

impl<'d> Table<'d> {
    /// Its name.
    pub fn name(&self) -> &'d str {
        &self.table.schema.declared.name
    }

    /// Its columns.
    pub fn columns(&self) -> &'d [Column] {
        &self.table.schema.declared.columns
    }

    /// Whether it has a column of that name, in any case.
    pub fn has(&self, column: &str) -> bool {
        self.column(column).is_some()
    }

    /// The position of a column among its columns, by its name in any case.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.table.schema.column(name)
    }

    /// What is left of rows that were deleted from it, and of what its rows held before.
    pub fn deleted_rows(&self) -> Vec<Row<'d>> {
        deleted(&self.database.pages, &self.database.survey, self.table)
    }

    /// The rows that it has: all that lie on sound pages, in any order where its tree is damaged.
    pub fn rows(&self) -> Rows<'d> {
        Rows::new(&self.database.pages, &self.database.survey.owners, self.table)
    }
}
