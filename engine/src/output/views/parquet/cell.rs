//! The cells of the table, and their types.

/// The type of a cell. Every cell may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    U64,
    U32,
    F64,
    F32,
    Bool,
    /// What a clock showed, in microseconds from 1970 on by that clock.
    Clock,
    /// Microseconds since 1970 in UTC.
    Instant,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    U64(u64),
    U32(u32),
    F64(f64),
    F32(f32),
    Bool(bool),
    Micros(i64),
}

impl Type {
    /// The type in the language of Parquet's schemas.
    ///
    /// Source: Apache Parquet, "Logical types".
    pub(super) fn declared(self, name: &str) -> String {
        match self {
            Type::Text => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
            Type::U64 => format!("OPTIONAL INT64 {name} (INTEGER(64,false));"),
            Type::U32 => format!("OPTIONAL INT32 {name} (INTEGER(32,false));"),
            Type::F64 => format!("OPTIONAL DOUBLE {name};"),
            Type::F32 => format!("OPTIONAL FLOAT {name};"),
            Type::Bool => format!("OPTIONAL BOOLEAN {name};"),
            Type::Clock => format!("OPTIONAL INT64 {name} (TIMESTAMP(MICROS,false));"),
            Type::Instant => format!("OPTIONAL INT64 {name} (TIMESTAMP(MICROS,true));"),
        }
    }
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Cell::Text(text.into())
    }

    pub(super) fn some_text(text: Option<&String>) -> Self {
        text.map_or(Cell::Empty, Cell::text)
    }

    pub(super) fn u64(number: Option<u64>) -> Self {
        number.map_or(Cell::Empty, Cell::U64)
    }

    pub(super) fn u32(number: Option<u32>) -> Self {
        number.map_or(Cell::Empty, Cell::U32)
    }

    pub(super) fn f64(number: Option<f64>) -> Self {
        number.map_or(Cell::Empty, Cell::F64)
    }

    pub(super) fn micros(number: Option<i64>) -> Self {
        number.map_or(Cell::Empty, Cell::Micros)
    }
}
