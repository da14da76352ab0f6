//! The values of a property list.

use std::collections::BTreeMap;

use crate::model::Moment;

/// A value of a property list.
#[derive(Clone, Debug, PartialEq)]
pub enum PropertyList {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Real(f64),
    /// A text. Dates of XML lists are texts, too: ask [`PropertyList::date`].
    Text(String),
    /// Bytes.
    Data(Vec<u8>),
    /// A moment of a binary list; nothing where it is far from our time.
    Date(Option<Moment>),
    /// The number of another object, in what `NSKeyedArchiver` wrote.
    Uid(u64),
    /// Values in order.
    Array(Vec<PropertyList>),
    /// Values by their keys.
    Dictionary(BTreeMap<String, PropertyList>),
}

impl PropertyList {
    /// The value of a key; nothing where this is no dictionary.
    pub fn get(&self, key: &str) -> Option<&PropertyList> {
        self.dictionary()?.get(key)
    }

    /// The value at the end of a path of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&PropertyList> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Its values by their keys.
    pub fn dictionary(&self) -> Option<&BTreeMap<String, PropertyList>> {
        match self {
            PropertyList::Dictionary(values) => Some(values),
            _ => None,
        }
    }

    /// Its values in order; none where this is no array.
    pub fn array(&self) -> &[PropertyList] {
        match self {
            PropertyList::Array(values) => values,
            _ => &[],
        }
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            PropertyList::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes.
    pub fn data(&self) -> Option<&[u8]> {
        match self {
            PropertyList::Data(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A whole number that fits.
    pub fn integer(&self) -> Option<i64> {
        match self {
            PropertyList::Integer(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn unsigned(&self) -> Option<u64> {
        match self {
            PropertyList::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A number, whole or not.
    pub fn real(&self) -> Option<f64> {
        match self {
            PropertyList::Real(number) => Some(*number),
            PropertyList::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// Yes or no, also where it is written as 1 or 0.
    pub fn boolean(&self) -> Option<bool> {
        match self {
            PropertyList::Boolean(is_so) => Some(*is_so),
            PropertyList::Integer(0) => Some(false),
            PropertyList::Integer(1) => Some(true),
            _ => None,
        }
    }

    /// A moment: a date, or a text that is one as XML writes it, `2024-05-17T16:03:22Z`.
    pub fn date(&self) -> Option<Moment> {
        match self {
            PropertyList::Date(moment) => *moment,
            PropertyList::Text(text) => {
                let moment = Moment::parse(text.trim().strip_suffix('Z')?, Some("+00:00"))?;
                Moment::utc(moment.instant()?, 0)
            }
            _ => None,
        }
    }

    /// The number of another object.
    pub fn uid(&self) -> Option<u64> {
        match self {
            PropertyList::Uid(number) => Some(*number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_one_in_either_form() {
        let text = PropertyList::Text("2024-05-17T16:03:22Z".to_owned());
        let date = PropertyList::Date(Moment::utc(1_715_961_802, 0));
        assert_eq!(text.date().unwrap().to_string(), "2024-05-17T16:03:22Z");
        assert_eq!(text.date(), date.date());
        for odd in ["2024-05-17", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "", "Z"] {
            assert_eq!(PropertyList::Text(odd.to_owned()).date(), None, "{odd}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_none() {
        let number = PropertyList::Integer(-1);
        assert_eq!((number.integer(), number.unsigned(), number.text()), (Some(-1), None, None));
        assert_eq!((number.boolean(), number.real(), number.array()), (None, Some(-1.0), &[][..]));
        assert!(number.get("key").is_none() && number.path(&[]).is_some());
        assert_eq!(PropertyList::Integer(1).boolean(), Some(true));
    }
}
