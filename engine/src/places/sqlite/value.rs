//! What a column of a row holds.

use std::borrow::Cow;

/// What a column of a row holds, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing, or nothing that can be read.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Text; what is no text in the encoding of the database is replaced by U+FFFD.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A whole number; a number is cut to one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            // A cast of a float to an integer saturates, and never fails.
            Value::Real(number) if number.is_finite() => Some(*number as i64),
            _ => None,
        }
    }

    /// A number.
    pub fn real(&self) -> Option<f64> {
        match self {
            Value::Integer(number) => Some(*number as f64),
            Value::Real(number) => Some(*number).filter(|number| number.is_finite()),
            _ => None,
        }
    }

    /// Text, when it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Text, when it is text.
    pub fn into_text(self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// Bytes, when they are bytes.
    pub fn blob(&self) -> Option<&'a [u8]> {
        match self {
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it holds nothing.
    pub fn is_null(&self) -> bool {
        *self == Value::Null
    }
}
