//! A property list is read, with bounds.
//!
//! Binary lists refer to objects by number, so that a short one can stand for a value of any size: each level
//! that refers to the next ten times. A list that a program writes shares texts and numbers, never collections.
//! So every value takes a byte of the file at least, for the reference to it, and more is refused.
//!
//! Source: `CFBinaryPList.c` of Core Foundation for the binary form, Apple's DTD "PropertyList 1.0" for XML.

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor};
use std::time::SystemTime;

use memchr::memchr_iter;
use plist::stream::{BinaryReader, Event, OwnedEvent, XmlReader};

use super::value::PropertyList;
use crate::model::Moment;

/// Bytes of the longest list that is read: those of backups hold icons of all apps, and are shorter.
pub const MOST_LEN: usize = 64 << 20;

/// Collections inside each other.
pub const MOST_DEPTH: usize = 64;

/// Values of one list.
pub const MOST_NODES: u64 = 1 << 20;

/// Bytes of texts and data for each byte of the file: texts are shared, and keys often.
const MOST_CONTENT_PER_BYTE: u64 = 64;

/// Bytes of texts and data that any list may have, however short.
const ANY_CONTENT: u64 = 4096;

/// Bytes of texts and data of one list.
const MOST_CONTENT: u64 = 2 * MOST_LEN as u64;

/// Why a property list was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyListError {
    /// It is longer than [`MOST_LEN`].
    #[error("the property list is longer than {MOST_LEN} bytes")]
    TooLong,
    /// It is none, or is cut or damaged.
    #[error("the property list is damaged ({0})")]
    Malformed(String),
    /// Its collections lie in each other deeper than [`MOST_DEPTH`].
    #[error("the property list is nested deeper than {MOST_DEPTH} levels")]
    TooDeep,
    /// It stands for more values or bytes than it can have.
    #[error("the property list stands for more than its own length can hold")]
    TooMany,
}

use PropertyListError::{Malformed, TooDeep, TooLong, TooMany};

impl PropertyList {
    /// Reads a property list, binary or XML.
    ///
    /// # Errors
    ///
    /// When it is damaged, or beyond the limits of this file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PropertyListError> {
        if bytes.len() > MOST_LEN {
            return Err(TooLong);
        }
        let mut builder = Builder::new(bytes.len() as u64);
        if bytes.starts_with(b"bplist") {
            builder.build(BinaryReader::new(Cursor::new(bytes)))
        } else {
            let bytes = with_dates_as_texts(bytes);
            builder.build(XmlReader::new(BufReader::new(&bytes[..])))
        }
    }
}

/// A collection that is not complete.
enum Open {
    Array(Vec<PropertyList>),
    /// With the key whose value comes next.
    Dictionary(BTreeMap<String, PropertyList>, Option<String>),
}

/// Builds a value of events, and counts what it costs.
struct Builder {
    open: Vec<Open>,
    nodes_left: u64,
    content_left: u64,
}

impl Builder {
    fn new(len: u64) -> Self {
        let content = len.saturating_mul(MOST_CONTENT_PER_BYTE).saturating_add(ANY_CONTENT);
        Builder {
            open: Vec::new(),
            nodes_left: len.min(MOST_NODES),
            content_left: content.min(MOST_CONTENT),
        }
    }

    fn build(
        &mut self,
        events: impl Iterator<Item = Result<OwnedEvent, plist::Error>>,
    ) -> Result<PropertyList, PropertyListError> {
        for event in events {
            let event = event.map_err(|error| Malformed(error.to_string()))?;
            if let Some(root) = self.take(event)? {
                return Ok(root);
            }
        }
        Err(Malformed("it ends early".to_owned()))
    }

    /// Takes an event, and gives the root when it is complete.
    fn take(&mut self, event: OwnedEvent) -> Result<Option<PropertyList>, PropertyListError> {
        match event {
            // A binary list has read the references of the whole collection by now: they are paid for before
            // the next collection is read.
            Event::StartArray(len) => self.open(Open::Array(Vec::new()), len.unwrap_or(0)),
            Event::StartDictionary(len) => {
                let len = len.unwrap_or(0).saturating_mul(2);
                self.open(Open::Dictionary(BTreeMap::new(), None), len)
            }
            Event::EndCollection => {
                let value = match self.open.pop() {
                    Some(Open::Array(values)) => PropertyList::Array(values),
                    Some(Open::Dictionary(values, None)) => PropertyList::Dictionary(values),
                    Some(Open::Dictionary(_, Some(_))) => {
                        return Err(Malformed("a key without a value".to_owned()));
                    }
                    None => return Err(Malformed("an end without a beginning".to_owned())),
                };
                self.put(value)
            }
            Event::String(text) => {
                self.pay(0, text.len() as u64)?;
                match self.open.last_mut() {
                    Some(Open::Dictionary(_, key @ None)) => {
                        *key = Some(text.into_owned());
                        Ok(None)
                    }
                    _ => self.put(PropertyList::Text(text.into_owned())),
                }
            }
            other => {
                let value = self.scalar(other)?;
                self.put(value)
            }
        }
    }

    fn open(
        &mut self,
        collection: Open,
        len: u64,
    ) -> Result<Option<PropertyList>, PropertyListError> {
        if self.open.len() >= MOST_DEPTH {
            return Err(TooDeep);
        }
        self.pay(len, 0)?;
        self.open.push(collection);
        Ok(None)
    }

    fn scalar(&mut self, event: OwnedEvent) -> Result<PropertyList, PropertyListError> {
        Ok(match event {
            Event::Boolean(is_so) => PropertyList::Boolean(is_so),
            Event::Integer(number) => {
                let signed = number.as_signed().map(i128::from);
                let unsigned = number.as_unsigned().map(i128::from);
                PropertyList::Integer(signed.or(unsigned).unwrap_or_default())
            }
            Event::Real(number) => PropertyList::Real(number),
            Event::Data(bytes) => {
                self.pay(0, bytes.len() as u64)?;
                PropertyList::Data(bytes.into_owned())
            }
            Event::Date(date) => PropertyList::Date(moment(date.into())),
            Event::Uid(number) => PropertyList::Uid(number.get()),
            _ => return Err(Malformed("a value of an unknown kind".to_owned())),
        })
    }

    /// Puts a value where it belongs; gives it back when it is the root.
    fn put(&mut self, value: PropertyList) -> Result<Option<PropertyList>, PropertyListError> {
        match self.open.last_mut() {
            None => return Ok(Some(value)),
            Some(Open::Array(values)) => values.push(value),
            Some(Open::Dictionary(values, key)) => {
                let key = key.take().ok_or_else(|| Malformed("a key is no text".to_owned()))?;
                values.insert(key, value);
            }
        }
        Ok(None)
    }

    fn pay(&mut self, nodes: u64, content: u64) -> Result<(), PropertyListError> {
        self.nodes_left = self.nodes_left.checked_sub(nodes).ok_or(TooMany)?;
        self.content_left = self.content_left.checked_sub(content).ok_or(TooMany)?;
        Ok(())
    }
}

fn moment(time: SystemTime) -> Option<Moment> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Moment::utc(i64::try_from(since.as_secs()).ok()?, i32::try_from(since.subsec_nanos()).ok()?)
}

/// No tag of a list has a longer name, its prefix included, in bytes.
const LONGEST_TAG: usize = 64;

/// An XML list with `string` for each `date`: the reader gives up on dates that its clock cannot show, and such
/// are common, as the year 1 for "never".
fn with_dates_as_texts(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut copied = 0;
    for tag in memchr_iter(b'<', bytes) {
        let start = tag + 1 + usize::from(bytes.get(tag + 1) == Some(&b'/'));
        let name = &bytes[start.min(bytes.len())..];
        let name = &name[..name.len().min(LONGEST_TAG)];
        let len =
            name.iter().take_while(|byte| !matches!(byte, b'<' | b'>' | b'/' | b' ' | 9..=13));
        let len = len.count();
        let is_date = name[..len] == *b"date" || name[..len].ends_with(b":date");
        if is_date {
            out.extend_from_slice(&bytes[copied..start]);
            out.extend_from_slice(b"string");
            copied = start + len;
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A binary list of objects as they are given, each with its own marker, references of one byte.
    fn binary(objects: &[Vec<u8>], root: u8) -> Vec<u8> {
        let mut out = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(u16::try_from(out.len()).unwrap());
            out.extend_from_slice(object);
        }
        let table = out.len() as u64;
        offsets.iter().for_each(|offset| out.extend_from_slice(&offset.to_be_bytes()));
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 2, 1]);
        for number in [objects.len() as u64, u64::from(root), table] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out
    }

    fn xml(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST \
             1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist \
             version=\"1.0\">{inside}</plist>"
        )
    }

    fn parse_xml(inside: &str) -> Result<PropertyList, PropertyListError> {
        PropertyList::parse(xml(inside).as_bytes())
    }

    #[test]
    fn values_of_all_kinds_are_read_in_both_forms() {
        let text = "<dict><key>a</key><array><true/><integer>-7</integer><real>1.5</real></array>\
                    <key>d</key><data>AAEC</data><key>t</key><date>2024-05-17T16:03:22Z</date>\
                    <key>s</key><string>&lt;date&gt; &#228;</string><key>e</key><dict/></dict>";
        let list = parse_xml(text).unwrap();
        let one = |number: usize| list.get("a").unwrap().array()[number].clone();
        assert_eq!(
            (one(0).boolean(), one(1).integer(), one(2).real()),
            (Some(true), Some(-7), Some(1.5))
        );
        assert_eq!(list.get("d").unwrap().data(), Some(&[0, 1, 2][..]));
        assert_eq!(list.get("t").unwrap().date(), Moment::utc(1_715_961_802, 0));
        assert_eq!(list.get("s").unwrap().text(), Some("<date> ä"));
        assert_eq!(list.get("e").unwrap().dictionary().unwrap().len(), 0);

        let mut written = Vec::new();
        let value = plist::Value::from_reader_xml(xml(text).as_bytes()).unwrap();
        value.to_writer_binary(&mut written).unwrap();
        let other = PropertyList::parse(&written).unwrap();
        assert_eq!(other.get("t").unwrap().date(), list.get("t").unwrap().date());
        for key in ["a", "d", "s", "e"] {
            assert_eq!(other.get(key), list.get(key), "{key}");
        }
    }

    #[test]
    fn a_date_that_no_clock_shows_harms_nothing_else() {
        let odd = "<dict><key>never</key><date>0001-01-01T00:00:00Z</date><key>ever</key>\
                   <date>9999-12-31T23:59:59-12:00</date><key>n</key><integer>4</integer></dict>";
        let list = parse_xml(odd).unwrap();
        assert_eq!(
            (list.get("never").unwrap().date(), list.get("ever").unwrap().date()),
            (None, None)
        );
        assert_eq!(list.get("n").unwrap().integer(), Some(4));
        let far = binary(&[[&[0x33][..], &(-6.3e10_f64).to_be_bytes()].concat()], 0);
        assert_eq!(PropertyList::parse(&far), Ok(PropertyList::Date(None)));
    }

    #[test]
    fn a_short_list_does_not_stand_for_a_vast_one() {
        // Twelve arrays of ten references each to the next: a billion texts.
        let mut objects: Vec<Vec<u8>> =
            (1..=12_u8).map(|next| [&[0xAA][..], &[next; 10]].concat()).collect();
        objects.push(vec![0x51, b'x']);
        assert_eq!(PropertyList::parse(&binary(&objects, 0)), Err(TooMany));
        // One long text, again and again.
        let text = [&[0x5F, 0x11, 0x40, 0x00][..], &[b'x'; 0x4000]].concat();
        let array = [&[0xAF, 0x11, 0x80, 0x00][..], &[0; 0x8000]].concat();
        assert_eq!(PropertyList::parse(&binary(&[text, array], 1)), Err(TooMany));
        // A thousand short ones are what keys are.
        let array = [&[0xAF, 0x11, 0x03, 0xE8][..], &[0; 1000]].concat();
        let list = PropertyList::parse(&binary(&[vec![0x52, b'h', b'i'], array], 1)).unwrap();
        assert_eq!(list.array().len(), 1000);
    }

    #[test]
    fn circles_and_depths_are_refused() {
        assert!(matches!(PropertyList::parse(&binary(&[vec![0xA1, 0]], 0)), Err(Malformed(_))));
        let nested = |depth| format!("{}{}", "<array>".repeat(depth), "</array>".repeat(depth));
        assert!(parse_xml(&nested(MOST_DEPTH)).is_ok());
        assert_eq!(parse_xml(&nested(MOST_DEPTH + 1)), Err(TooDeep));
        assert_eq!(parse_xml(&nested(100_000)), Err(TooDeep));
    }

    #[test]
    fn what_is_no_list_is_told() {
        for odd in ["<dict><key>a</key></dict>", "<dict>", "</dict>", "", "<integer>x</integer>"] {
            assert!(matches!(parse_xml(odd), Err(Malformed(_))), "{odd}");
        }
        for odd in [&b"bplist00"[..], b"", b"\0\0", b"SQLite format 3\0"] {
            assert!(matches!(PropertyList::parse(odd), Err(Malformed(_))), "{odd:?}");
        }
        assert_eq!(PropertyList::parse(&vec![0; MOST_LEN + 1]), Err(TooLong));
    }

    proptest! {
        /// Whatever is in it, a list costs little, and what it gives is no larger than its limits.
        #[test]
        fn changed_lists_are_read_or_refused(changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..12)) {
            let mut objects: Vec<Vec<u8>> = vec![
                vec![0xD2, 1, 2, 3, 4], vec![0x51, b'a'], vec![0x52, b'b', b'c'],
                vec![0xA3, 5, 6, 5], vec![0x80, 3], vec![0x11, 1, 2],
            ];
            objects.push([&[0x33][..], &1e8_f64.to_be_bytes()].concat());
            let mut bytes = binary(&objects, 0);
            for (at, value) in changes {
                let at = usize::from(at) % bytes.len();
                bytes[at] = value;
            }
            if let Ok(list) = PropertyList::parse(&bytes) {
                let shown = format!("{list:?}");
                prop_assert!(shown.len() < 64 * bytes.len() + 4096, "{}", shown);
            }
        }

        #[test]
        fn changed_xml_is_read_or_refused(changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..12)) {
            let mut bytes = xml("<dict><key>a</key><array><date>2024-05-17T16:03:22Z</date><data>AA==</data>\
                <integer>1</integer></array><key>b</key><real>1e9</real></dict>").into_bytes();
            for (at, value) in changes {
                let at = usize::from(at) % bytes.len();
                bytes[at] = value;
            }
            let _ = PropertyList::parse(&bytes);
        }
    }
}
