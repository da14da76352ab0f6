//! A row of a table.

use std::borrow::Cow;

use super::column::{Affinity, Fallback};
use super::numbers::signed;
use super::record::Field;
use super::table_schema::TableSchema;
use super::value::Value;

/// How a row was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// In its table.
    Live,
    /// On a page, or in a part of one, that no sound page leads to; by its columns it belongs to the table.
    Salvaged,
    /// In free pages or free bytes, or in an older version of a page, and the table has no such row now.
    Deleted,
    /// As deleted, but the table has a row of this number: what it held before, or another one.
    Replaced,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row<'d> {
    /// Its number; unknown of a deleted row whose first bytes are overwritten, and of tables without numbers.
    pub rowid: Option<i64>,
    /// How it was found.
    pub state: RowState,
    pub(super) schema: &'d TableSchema,
    /// As much of the record as can be read.
    pub(super) record: Cow<'d, [u8]>,
    pub(super) fields: Vec<Field>,
}

impl Row<'_> {
    /// The value of a column, by its name in any case. Nothing for a column that the table does not have, and for a
    /// value that cannot be read whole.
    pub fn get(&self, column: &str) -> Value<'_> {
        self.schema.column(column).map_or(Value::Null, |at| self.at(at))
    }

    /// The value of a column, by its position among the columns of the table.
    pub fn at(&self, position: usize) -> Value<'_> {
        let Some(column) = self.schema.declared.columns.get(position) else { return Value::Null };
        if self.schema.declared.alias == Some(position) {
            return self.rowid.map_or(Value::Null, Value::Integer);
        }
        let Some(place) = column.stored else { return Value::Null };
        let value = match self.fields.get(place) {
            Some(field) => self.value(*field).unwrap_or(Value::Null),
            None => fallback(&column.default),
        };
        match (value, column.affinity) {
            (Value::Integer(number), Affinity::Real) => Value::Real(number as f64),
            // Numbers are never stored as such here: it is the default of an added column.
            (Value::Integer(number), Affinity::Text) => Value::Text(number.to_string().into()),
            (value, _) => value,
        }
    }

    /// All values as they are stored, in the order of the record, which has nothing for the number of the row.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.fields.iter().map(|field| self.value(*field).unwrap_or(Value::Null))
    }

    /// Whether all its bytes could be read.
    pub fn is_whole(&self) -> bool {
        self.fields
            .last()
            .is_none_or(|last| last.len().is_some_and(|len| last.at + len <= self.record.len()))
    }

    fn value(&self, field: Field) -> Option<Value<'_>> {
        let bytes = self.record.get(field.at..)?.get(..field.len()?)?;
        Some(match field.code {
            0 => Value::Null,
            1..=6 => Value::Integer(signed(bytes)),
            7 => Value::Real(f64::from_be_bytes(*bytes.first_chunk()?)),
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            _ if field.is_text() => Value::Text(self.schema.encoding.text(bytes)),
            _ => Value::Blob(bytes),
        })
    }
}

fn fallback(default: &Fallback) -> Value<'_> {
    match default {
        Fallback::Null => Value::Null,
        Fallback::Integer(number) => Value::Integer(*number),
        Fallback::Real(number) => Value::Real(*number),
        Fallback::Text(text) => Value::Text(Cow::Borrowed(text)),
        Fallback::Blob(bytes) => Value::Blob(bytes),
    }
}
