//! A database and its tables.

use std::borrow::Cow;

use super::column::Column;
use super::header::{DatabaseHeader, NotADatabase};
use super::pages::Pages;
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
        let main = main.into();
        let stored = DatabaseHeader::read(&main)?;
        let log = wal.unwrap_or(&[]);
        let wal = Wal::read(log, stored.page_size);
        let pages = Pages::new(main, log, (stored.page_size, stored.usable), &wal);
        // A newer first page knows better, except how large it is.
        let header = pages.page(1).and_then(|first| DatabaseHeader::read(first).ok());
        let header = header.unwrap_or(stored);
        let survey = Survey::new(&pages, &header);
        let user_version = header.user_version;
        Ok(Database { pages, survey, user_version, damaged_frames: wal.damaged })
    }

    /// The number that programs give to the version of their schema.
    pub fn user_version(&self) -> u32 {
        self.user_version
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

    /// The rows that it has: all that lie on sound pages, in any order where its tree is damaged.
    pub fn rows(&self) -> Rows<'d> {
        Rows::new(&self.database.pages, &self.database.survey.owners, self.table)
    }
}
