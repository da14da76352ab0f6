//! Columns of a table.

use super::record::Field;

/// What a column prefers to store.
///
/// Source: <https://sqlite.org/datatype3.html>, section 3.1 "Determination Of Column Affinity".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Affinity {
    pub(super) fn of_type(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["INT"]) {
            Affinity::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Affinity::Text
        } else if declared.is_empty() || has(&["BLOB"]) {
            Affinity::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }

    /// Whether a program that keeps to its own schema stores such a value here.
    pub(super) fn stores(self, field: Field) -> bool {
        match self {
            Affinity::Text => !field.is_number(),
            Affinity::Integer | Affinity::Real | Affinity::Numeric => {
                field.is_number() || field.code == 0
            }
            Affinity::Blob => true,
        }
    }
}

/// The value of rows that were written before the column was added.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fallback {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as declared; empty when none is.
    pub declared: String,
    /// Whether it may hold nothing.
    pub(super) is_nullable: bool,
    pub(super) affinity: Affinity,
    pub(super) default: Fallback,
    /// Its position in the record; a computed column is not stored.
    pub(super) stored: Option<usize>,
}
